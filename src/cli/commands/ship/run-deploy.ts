import type { ExitCode } from '../../../errors/exit-code.ts'
import { connectTargets } from './connect-targets.ts'
import type { CliContext } from '../../command/context.ts'
import { desiredRelease } from './desired-release.ts'
import type { DeployInput } from './load-deploy.ts'
import { runRelease } from './run-release.ts'

/** Carries out a deploy, or prints its plan with `dryRun`; gives the exit code. */
export async function runDeploy(input: DeployInput, context: CliContext): Promise<ExitCode> {
  const connect = async () => {
    const targets = await connectTargets(input, context)
    const { hosts, source, registry } = targets
    return {
      hosts,
      credentials: registry.credentials,
      resolveDesired: async () => ({
        desired: desiredRelease(input),
        sites: hosts.map((host) => ({ host, source, registry })),
      }),
      [Symbol.asyncDispose]: () => targets[Symbol.asyncDispose](),
    }
  }
  const tag = input.values.tag
  return runRelease(input, { kind: 'deploy', tag, asked: 'the host and the registry', connect }, context)
}
