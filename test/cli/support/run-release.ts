import { loadDeploy } from '../../../src/cli/commands/ship/load-deploy.ts'
import { runRelease } from '../../../src/cli/commands/ship/run-release.ts'
import type { InputOf } from '../../../src/cli/command/command.ts'
import type { deployCommand } from '../../../src/cli/commands/ship/deploy.ts'
import { composeText, makeProject } from '../../support/make-project.ts'
import type { FakeWorld } from '../../support/fake-deploy.ts'
import { noInput, type CliResult } from '../../support/run-cli.ts'

export type ReleaseOptions = {
  /** Parts of dray.yml at its top. */
  config?: Readonly<Record<string, unknown>>
  files?: Readonly<Record<string, string>>
  env?: Readonly<Record<string, string>>
  options?: InputOf<typeof deployCommand>['options']
  kind?: 'deploy' | 'rollback'
  json?: boolean
  /** Throws to refuse the plan. */
  accepts?: () => never
  signal?: AbortSignal
  /** Called with each piece of what is narrated. */
  onNarration?: (text: string) => void
}

/** Deploys to a world in memory, or rolls it back, as the command does on this machine; `cwd` has what hooks left there. */
export async function release(
  world: FakeWorld,
  { config, files, env, options = {}, kind = 'deploy', json = false, ...more }: ReleaseOptions,
): Promise<CliResult & { cwd: string }> {
  const environments = { test: { host: 'deploy@srv', url: 'https://test.example.com' } }
  const drayYml = JSON.stringify({ app: 'shop', registry: 'ghcr.io/acme', environments, ...config })
  const cwd = await makeProject({ 'dray.yml': drayYml, 'compose.yml': composeText, ...files })
  let stdout = ''
  let stderr = ''
  const say = (text: string): void => {
    stderr += text
    more.onNarration?.(text)
  }
  const context = {
    cwd,
    env: { LANG: 'C.UTF-8', ...env },
    stdin: noInput,
    stdout: { write: (text: string) => (stdout += text), columns: 100 },
    stderr: { write: say, columns: 100 },
    secrets: [],
    signal: more.signal ?? new AbortController().signal,
    clock: world.clock,
    reportInterrupt: () => undefined,
  }
  const global = { configPath: undefined, json, plain: true, color: false, debug: false }
  const input = await loadDeploy({ arguments: { environment: 'test' }, rest: [], options, global }, context)
  world.desired = { ...world.desired, hooks: input.config.hooks, tag: input.values.tag }
  const connect = async () => ({
    ...world.connected(kind),
    pullToken: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  })
  const { accepts } = more
  const exitCode = await runRelease(input, { kind, connect, ...(accepts && { accepts }) }, context)
  return { exitCode, stdout, stderr, cwd }
}
