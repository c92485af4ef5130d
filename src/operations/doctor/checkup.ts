import type { Failure } from '../../deploy/model/events.ts'

/** What a deploy needs, in the order in which it comes to need it. */
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
  'app',
  'image',
  'registry',
  'ports',
  'url',
  'plan',
] as const

export type CheckName = (typeof checkNames)[number]

export type CheckOutcome =
  | { outcome: 'good'; value: string }
  /** A deploy would go through all the same. `mend` is the next thing to do, commands in backquotes. */
  | { outcome: 'warning'; value: string; what: string; hint: string }
  /** What a deploy would be refused with. */
  | { outcome: 'failed'; failure: Failure }
  /** It cannot be known because of another check. */
  | { outcome: 'unknown'; needs: CheckName }

export type Check = CheckOutcome & {
  name: CheckName
  /** Of several checks of that name, which: an image. */
  subject?: string
}

export type HostCheckup = { host: string; checks: readonly Check[] }

/** Whether a deploy to the hosts would go through: warnings do not count. */
export function isReady(hosts: readonly HostCheckup[]): boolean {
  return hosts.every(({ checks }) =>
    checks.every(({ outcome }) => outcome === 'good' || outcome === 'warning'),
  )
}
