import type { Failure } from '../../deploy/model/events.ts'

/**
 * The checks, in the order in which a deploy depends on them: `swarm`, `nodes`, `node-access`, `externals` and `node-images` with Swarm only, `ports`
 * with Compose only.
 */
export const checkNames = [
  'ssh',
  'tools',
  'docker',
  'compose',
  'directory',
  'env',
  'lock',
  'disk',
  'clock',
  'swarm',
  'nodes',
  'node-access',
  'app',
  'externals',
  'image',
  'registry',
  'node-images',
  'ports',
  'url',
  'plan',
] as const

export type CheckName = (typeof checkNames)[number]

export type CheckOutcome =
  | { outcome: 'ok'; value: string }
  /** A deploy would still succeed. `hint` is the next action, with commands in backquotes. */
  | { outcome: 'warning'; value: string; message: string; hint: string }
  /** A deploy would be refused with this failure. */
  | { outcome: 'failed'; failure: Failure }
  /** Not checked, because the check `needs` failed. */
  | { outcome: 'skipped'; needs: CheckName }

export type Check = CheckOutcome & {
  name: CheckName
  /** Which one, if there are several checks of this name: an image. */
  subject?: string
}

export type HostCheckup = { host: string; checks: readonly Check[] }

/** Whether a deploy to the hosts would succeed; warnings do not count. */
export function isReady(hosts: readonly HostCheckup[]): boolean {
  return hosts.every(({ checks }) => checks.every(({ outcome }) => outcome === 'ok' || outcome === 'warning'))
}
