import type { DesiredRelease } from '../../model/observation.ts'
import { someNames } from '../../model/some-names.ts'
import type { HostPlan } from '../plan-host.ts'

/** Services of the compose file that no host of the environment runs. */
export function warnOfUnplaced(hosts: readonly HostPlan[], { placed }: DesiredRelease): string[] {
  if (placed === undefined) return []
  const unplaced = new Set(
    hosts
      .flatMap(({ observation }) => observation.directory.app.elsewhere ?? [])
      .filter((name) => !placed.includes(name)),
  )
  if (unplaced.size === 0) return []
  const run = unplaced.size === 1 ? 'runs' : 'run'
  return [
    `${someNames([...unplaced])} ${run} on no host: \`hosts\` in dray.yml has no entry with ${unplaced.size === 1 ? 'it' : 'them'}.`,
  ]
}
