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

/** The URL of `probe`, if none of the hosts asks it: nothing shows then that the new release answers. */
export function warnOfUnasked(
  hosts: readonly { plan: HostPlan; desired: DesiredRelease }[],
  { probeUrl }: DesiredRelease,
): string[] {
  if (typeof probeUrl !== 'string' || hosts.some(({ desired }) => desired.probeUrl !== false)) return []
  const names = someNames(hosts.map(({ plan }) => plan.observation.host))
  return [
    `No host asks ${probeUrl} (\`probe\` in dray.yml): no service of ${names} publishes a port or is behind a proxy that dray sees there.`,
  ]
}
