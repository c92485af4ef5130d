import type { CommandRunner } from '../host/command-runner.ts'
import type { DeployValueMap } from './values.ts'

/** Location of an app: its directory on the host of `runner`, and the values that Compose interpolates there. */
export type AppPlace = { runner: CommandRunner; path: string; values: DeployValueMap }
