import { DrayError } from '../../errors/dray-error.ts'

/** What a host has after a change that failed. `old`: it was not written there; `other`: neither the old file nor the new one. */
export type Outcome = {
  host: string
  state: 'old' | 'put-back' | 'new' | 'other' | 'unknown'
  /** Why the old file was not put back. */
  failure?: unknown
}

/** The failure of a change that no host has. */
export function notChanged(failure: unknown, outcomes: readonly Outcome[]): unknown {
  if (!(failure instanceof DrayError)) return failure
  const { code, message, hint, details, exitCode, temporary } = failure
  const putBack = namesOf(outcomes, 'put-back')
  const rest = putBack === '' ? '' : `; it was put back on ${putBack}`
  return new DrayError(code, `${message} .env is as before on every host${rest}.`, {
    hint,
    details,
    exitCode,
    temporary,
    cause: failure,
  })
}

/** The failure of a change that some hosts have, or may have. */
export function hostsDiffer(
  failure: unknown,
  outcomes: readonly Outcome[],
  { environment, isRepeatable }: { environment: string; isRepeatable: boolean },
): DrayError {
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
  const restores = outcomes
    .filter(({ state }) => state !== 'old' && state !== 'put-back')
    .map(({ host }) => `\`dray env ${environment} restore --host ${host}\``)
    .join(', ')
  return new DrayError(
    'ENV_DIFFERS',
    `${failure instanceof Error ? failure.message : String(failure)} .env is now ${told.join(', ')}.`,
    {
      hint: isRepeatable
        ? 'Run the same command again when all hosts answer: every host then has the new values.'
        : `To have the old file everywhere: ${restores}. Each shows what it changes, and asks.`,
      details: { ...details, problems: [...(details.problems ?? []), ...problems] },
      cause: failure,
    },
  )
}

function namesOf(outcomes: readonly Outcome[], ...states: Outcome['state'][]): string {
  return outcomes
    .filter(({ state }) => states.includes(state))
    .map(({ host }) => host)
    .join(', ')
}
