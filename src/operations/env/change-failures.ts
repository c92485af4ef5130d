import { DrayError } from '../../errors/dray-error.ts'
import { copyStamp } from './copy-stamp.ts'

/** What a host has after a change that failed. `old`: it was not written there; `other`: neither the old file nor the new one. */
export type Outcome = {
  host: string
  state: 'old' | 'put-back' | 'new' | 'other' | 'unknown'
  /** Whether there was a file before. */
  hadFile: boolean
  /** Name of the copy of the old file, if the host said that it made one. */
  backup?: string | undefined
  /** Why the old file was not put back. */
  failure?: unknown
}

/** Whether no host has the change: a third file where nothing had to be put back is of another process. */
export function isNowhere(outcomes: readonly Outcome[]): boolean {
  return outcomes.every(
    ({ state, failure }) =>
      state === 'old' || state === 'put-back' || (state === 'other' && failure === undefined),
  )
}

/** The failure of a change that no host has. */
export function notChanged(failure: unknown, outcomes: readonly Outcome[]): unknown {
  if (!(failure instanceof DrayError)) return failure
  const { code, message, hint, details, exitCode, temporary } = failure
  const [before, putBack, third] = [
    namesOf(outcomes, 'old', 'put-back'),
    namesOf(outcomes, 'put-back'),
    namesOf(outcomes, 'other'),
  ]
  const told = [
    ...(before === '' ? [] : [`as before on ${third === '' ? 'every host' : before}`]),
    ...(third === '' ? [] : [`a file of another process on ${third}`]),
  ].join(', ')
  const rest = putBack === '' ? '' : `; it was put back on ${putBack}`
  return new DrayError(code, `${message} .env is ${told}${rest}.`, {
    hint,
    details,
    exitCode,
    temporary,
    cause: failure,
  })
}

type Differing = {
  environment: string
  isRepeatable: boolean
  /** When the first host was written, or earlier. */
  writtenAtMs: number
}

/** The failure of a change that some hosts have, or may have. */
export function hostsDiffer(failure: unknown, outcomes: readonly Outcome[], request: Differing): DrayError {
  const told = (
    [
      ['the new file', ['new']],
      ['the old file', ['old', 'put-back']],
      ['a third one', ['other']],
      ['the old or the new one', ['unknown']],
    ] as const
  ).flatMap(([file, states]) => {
    const hosts = namesOf(outcomes, ...states)
    return hosts === '' ? [] : [`${file} on ${hosts}`]
  })
  const problems = outcomes.flatMap((it) => (it.failure instanceof Error ? [it.failure.message] : []))
  const details = failure instanceof DrayError ? failure.details : {}
  return new DrayError(
    'ENV_DIFFERS',
    `${failure instanceof Error ? failure.message : String(failure)} .env is now ${told.join(', ')}.`,
    {
      hint: request.isRepeatable
        ? 'Run the same command again when all hosts answer: every host then has the new values.'
        : renderWayBack(outcomes, request),
      details: { ...details, problems: [...(details.problems ?? []), ...problems] },
      cause: failure,
    },
  )
}

/**
 * How to have the old file on every host. `restore` without a name is only for a host that is known to have the new file: with the old
 * one, the newest copy is of a file before that.
 */
function renderWayBack(outcomes: readonly Outcome[], { environment, writtenAtMs }: Differing): string {
  const changed = outcomes.filter(({ state }) => state !== 'old' && state !== 'put-back')
  const restorable = changed.filter(
    ({ state, hadFile, backup }) => backup !== undefined || (state === 'new' && hadFile),
  )
  const others = changed.filter((it) => !restorable.includes(it))
  const unknown = others.filter(({ state, hadFile }) => state === 'unknown' && hadFile)
  const created = others.filter(({ state, hadFile }) => state !== 'other' && !hadFile)
  const restore = ({ host, backup }: Outcome): string =>
    `\`dray env ${environment} restore ${backup === undefined ? '' : `${backup} `}--host ${host}\``
  const commandsFor = (some: readonly Outcome[]): string => some.map(restore).join(', ')
  return [
    ...(restorable.length === 0
      ? []
      : [
          `To have the old file everywhere: ${commandsFor(restorable)}. Each shows what it changes, and asks.`,
        ]),
    ...(restorable.some(({ state }) => state === 'unknown')
      ? ['A host that has no such copy has the old file already.']
      : []),
    ...(unknown.length === 0
      ? []
      : [
          `Compare first on ${namesOf(unknown, 'unknown')}, when it answers: ${commandsFor(unknown)} names its newest copy, and asks. Confirm only for \`.env.before-${copyStamp(writtenAtMs)}\` or a later one: with an older one, the host still has the old file.`,
        ]),
    ...(created.length === 0
      ? []
      : [`There was no .env on ${namesOf(created, 'new', 'unknown')}: if it is there, remove it.`]),
    ...(others.every(({ state }) => state !== 'other')
      ? []
      : [`Another process wrote .env on ${namesOf(others, 'other')}: read it before you change it.`]),
  ].join(' ')
}

function namesOf(outcomes: readonly Outcome[], ...states: Outcome['state'][]): string {
  return outcomes
    .filter(({ state }) => states.includes(state))
    .map(({ host }) => host)
    .join(', ')
}
