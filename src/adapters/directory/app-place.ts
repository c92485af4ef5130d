import type { CommandRunner } from '../host/command-runner.ts'
import type { ServerValues } from '../compose/server-values.ts'
import type { Secret } from '../../shared/secrets/secret.ts'
import type { DeployValueMap } from './values.ts'

/** Location of an app: its directory on the host of `runner`, and the values that Compose interpolates there. */
export type AppPlace = {
  runner: CommandRunner
  path: string
  values: DeployValueMap
  /** `swarm`: what a stack makes of the compose file is read, too. */
  engine?: 'compose' | 'swarm'
  /** Receives the secrets in `.env` when it was read to mask them: before a task runs, or after Compose failed. */
  onSecrets?: (secrets: readonly Secret[]) => void
  /** What was read of the variables there, for all parts of dray; without it, each part reads them. */
  serverValues?: ServerValues
}
