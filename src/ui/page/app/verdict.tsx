import type { Verdict } from '../../../operations/status/status.ts'
import type { EnvironmentView } from '../model.ts'

/** A mark, a word and a class for each state: the colour repeats what they say. */
export const VERDICTS = {
  reading: { mark: '…', word: 'reading', tone: 'quiet' },
  unknown: { mark: '?', word: 'unknown', tone: 'bad' },
  unhealthy: { mark: '✗', word: 'unhealthy', tone: 'bad' },
  drifted: { mark: '!', word: 'drifted', tone: 'warn' },
  'nothing-deployed': { mark: '○', word: 'nothing deployed', tone: 'quiet' },
  deploying: { mark: '↻', word: 'deploying', tone: 'busy' },
  ok: { mark: '✓', word: 'ok', tone: 'good' },
} as const satisfies Record<Verdict | 'reading', { mark: string; word: string; tone: string }>

/** The state of an environment; `reading` until it is known. */
export function verdictOf({ status }: EnvironmentView): Verdict | 'reading' {
  return status?.verdict ?? 'reading'
}
