import { hostname } from 'node:os'
import type { DeployRequest } from '../../deploy/deploy.ts'
import type { CliContext } from './context.ts'
import type { EnvironmentInput } from './load-environment.ts'

/** The user and machine that run dray, for the lock, the journal and the record. */
export function deployerOf(
  { values, repository }: Pick<EnvironmentInput, 'values' | 'repository'>,
  { env }: CliContext,
): DeployRequest['deployer'] {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name, GITHUB_RUN_ID: runId } = env
  return {
    user: values.githubActor ?? repository.userName ?? env['USER'] ?? 'unknown',
    machine: hostname(),
    ...(runId === undefined ? {} : { run: `${server ?? ''}/${name ?? ''}/actions/runs/${runId}` }),
  }
}
