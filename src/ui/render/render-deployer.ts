import type { Deployer } from '../../deploy/model/release.ts'

/** Who it was: `ann@laptop`. The number of a workflow run says more than the machine it ran on: `mona, run 4711`. */
export function renderDeployer({ user, machine, run }: Deployer): string {
  return run === undefined ? `${user}@${machine}` : `${user}, run ${run.split('/').at(-1) ?? ''}`
}
