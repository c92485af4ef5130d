import type { CommandRunner } from '../host/command-runner.ts'
import type { DeployValueMap } from './values.ts'

/** Where an app is: its directory on the host that `shell` reaches, and what Compose interpolates there. */
export type AppPlace = { runner: CommandRunner; path: string; values: DeployValueMap }
