import { renderTimeAgo } from '../../shared/time-ago.ts'
import type { LockHolder } from '../model/lock.ts'
import type { Plan } from '../model/plan.ts'
import { releaseLabel, releaseNumber, type Deployer, type Release } from '../model/release.ts'

/** What a new connection found on a host, after the one that held the lock was lost. */
export type FoundAfterLoss = {
  host: string
  /** The host's clock, in milliseconds since the epoch. */
  nowMs: number
  /** The newest recorded release. */
  release: Release | undefined
  lock: { holder: LockHolder | undefined } | undefined
}

/** The deploy that lost its lock. */
export type LostDeploy = {
  environment: string
  by: Deployer
  tag: string | undefined
  plan: Pick<Plan, 'release' | 'replaces'>
  /** When the plan was made, under the lock. */
  plannedAtMs: number
}

/**
 * What to do after LOCK_LOST, as a hint: who has the lock and what is recorded now. The same command is proposed only if it
 * replaces no release of another deploy.
 */
export function explainLostLock(found: readonly FoundAfterLoss[], lost: LostDeploy): string {
  const { environment } = lost
  const busy = found.find(({ lock }) => lock !== undefined && !isOwnLock(lock.holder, lost))
  const newer = found.find(({ release }) => release !== undefined && isOthers(release, lost))
  const facts = [
    ...(busy === undefined ? [] : [describeLock(busy)]),
    ...(newer?.release === undefined ? [] : [describeNewer(newer, newer.release)]),
  ]
  if (busy !== undefined) {
    return `${facts.join(' ')} Wait until it ends, then look at \`dray status ${environment}\` before you deploy again.`
  }
  if (newer !== undefined) {
    return `${facts.join(' ')} The same command would replace it: look at \`dray history ${environment}\` first.`
  }
  const recorded = found.map(({ release }) => release?.id)
  const state = recorded.includes(lost.plan.release)
    ? `Release ${lost.plan.release} of this deploy is recorded`
    : 'No other release was deployed meanwhile'
  return `${state}. Run the same command again: it checks what was done and completes it.`
}

/** The host releases the lock of a lost connection within seconds. */
function isOwnLock(holder: LockHolder | undefined, { by, plannedAtMs }: LostDeploy): boolean {
  return holder !== undefined && isSameDeployer(holder, by) && holder.sinceMs <= plannedAtMs
}

/** A host that was left out before has an older release than the first one, which is no news. */
function isOthers({ id, tag, by }: Release, lost: LostDeploy): boolean {
  if (id === lost.plan.replaces || releaseNumber(id) < releaseNumber(lost.plan.release)) return false
  return !(id === lost.plan.release && tag === lost.tag && isSameDeployer(by, lost.by))
}

function isSameDeployer(one: Deployer, other: Deployer): boolean {
  return one.user === other.user && one.machine === other.machine && one.run === other.run
}

function describeLock({ host, lock }: FoundAfterLoss): string {
  if (lock?.holder === undefined) return `Another deploy or task of this app is running on ${host}.`
  const { task, sinceMs } = lock.holder
  const what = task === undefined ? 'deploying this app to' : `running task ${task} of this app on`
  return `${nameOf(lock.holder)} has been ${what} ${host} since ${new Date(sinceMs).toISOString()}.`
}

function describeNewer({ host, nowMs }: FoundAfterLoss, { id, tag, by, createdAtMs }: Release): string {
  return `${nameOf(by)} deployed ${releaseLabel(id, tag)} to ${host} ${renderTimeAgo(nowMs - createdAtMs)}.`
}

function nameOf({ user, machine, run }: Deployer): string {
  return `${user} on ${machine}${run === undefined ? '' : `, run ${run},`}`
}
