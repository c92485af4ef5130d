import type { Deployer } from '../../../deploy/model/release.ts'

/** `ann@laptop`, or for a workflow `mona, run 4711`: the run's number is more useful than the runner's name. */
export function renderDeployer({ user, machine, run }: Deployer): string {
  return run === undefined ? `${user}@${machine}` : `${user}, run ${run.split('/').at(-1) ?? ''}`
}
