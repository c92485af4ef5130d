import { DrayError } from '../../errors/dray-error.ts'
import { onEachHost } from '../model/on-each-host.ts'
import type { DesiredRelease } from '../model/observation.ts'
import type { Plan } from '../model/plan.ts'
import type { DirectoryObservation } from '../model/ports.ts'
import type { SourceReview } from '../model/source-review.ts'
import type { Lock } from '../model/lock.ts'
import { makePlan } from './make-plan.ts'
import { inspectHost, observeAhead, observeHost, type Observed, type Site } from './observe/observe.ts'
import type { Running } from './observe/observe-running.ts'
import { shareAnswers } from './observe/share-answers.ts'

/** The release to deploy, and a site for each host of the request, in the same order. */
export type DesiredState = {
  desired: DesiredRelease
  sites: readonly Site[]
  /** Size of each host's journal when this was decided; absent if it was not read. */
  journalBytes?: readonly number[]
}

/** Resolves the release to deploy; called again if another deploy ran before the locks were held. */
export type ResolveDesired = (signal: AbortSignal) => Promise<DesiredState>

/** The desired state, the app's directory on each host, what runs there, and the review of each site's files. */
export type Inspected = {
  state: DesiredState
  directories: readonly DirectoryObservation[]
  running: readonly Promise<Running>[]
  reviews: readonly (Promise<SourceReview> | undefined)[]
}

/** A plan and the observations that it was made from, one for each site. */
export type Planned = { state: DesiredState; observed: readonly Observed[]; plan: Plan }

/**
 * Reads the app's directory on every host, and meanwhile the files here and, when `locked` has resolved, what runs there.
 * Throws what `resolveDesired` and `inspectHost` throw.
 */
export async function inspectAll(
  resolveDesired: ResolveDesired,
  { signal, locked }: { signal: AbortSignal; locked?: Promise<void> },
): Promise<Inspected> {
  const state = await resolveDesired(signal)
  const running = state.sites.map(async (site) => {
    await locked
    return observeAhead(site, state.desired)
  })
  const reviews = state.sites.map(({ source }) => source.review?.())
  for (const it of [...running, ...reviews]) it?.catch(() => undefined)
  const directories = await onEachHost(state.sites, { nameOf, signal }, (site) => inspectHost(site, signal))
  return { state, directories, running, reviews }
}

/** Whether no other deploy wrote to a journal between the inspection and the locks. */
export function isCurrent({ state, directories }: Inspected, locks: readonly Lock[]): boolean {
  return locks.every(
    ({ journalBytes }, index) =>
      directories[index]?.journalBytes === journalBytes &&
      (state.journalBytes === undefined || state.journalBytes[index] === journalBytes),
  )
}

/** Queries the registry and the Engines, and makes the plan. Throws what `observeHost` and `makePlan` throw. */
export async function observeAndPlan(
  { state, directories, running, reviews }: Inspected,
  signal: AbortSignal,
): Promise<Planned> {
  const { desired, sites } = state
  const shared = shareAnswers()
  const observed = await onEachHost(sites, { nameOf, signal }, async (site, index) => {
    const directory = directories[index]
    if (directory === undefined) throw new DrayError('INTERNAL', `${site.host.name} was not inspected.`)
    return observeHost(
      { ...site, registry: shared(site.registry) },
      {
        directory,
        desired,
        ahead: running[index],
        reviewed: reviews[index],
        signal,
      },
    )
  })
  const plan = makePlan(
    observed.map(({ observation }) => observation),
    desired,
  )
  return { state, observed, plan }
}

const nameOf = ({ host }: Site): string => host.name
