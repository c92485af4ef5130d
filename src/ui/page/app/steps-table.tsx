import type { JSX } from 'preact'
import type { Attempt } from '../../../deploy/releases/history.ts'
import { listSteps } from '../../render/results/list-steps.ts'
import { renderDuration } from '../../render/text/render-duration.ts'
import { judgeStep } from '../judge-attempt.ts'
import { Bar } from './parts.tsx'
import { serverNowMs } from './state.ts'

/** A mark, a word for a screen reader and a class for each state of a step. */
const STATES = {
  done: { mark: '✓', word: 'done', tone: 'good' },
  failed: { mark: '✗', word: 'failed', tone: 'bad' },
  cancelled: { mark: '✗', word: 'cancelled', tone: 'bad' },
  running: { mark: '…', word: 'running', tone: 'busy' },
  waiting: { mark: '○', word: 'to come', tone: 'quiet' },
  skipped: { mark: '–', word: 'not reached', tone: 'quiet' },
  'not-ended': { mark: '?', word: 'not ended', tone: 'quiet' },
} as const satisfies Record<ReturnType<typeof judgeStep>, { mark: string; word: string; tone: string }>

/**
 * Every step as a line, with a bar on the time of the whole attempt. `isRunning`: it is known to be under way; else a step without an
 * end has no duration, since it may have been killed.
 */
export function StepsTable({ attempt, isRunning }: { attempt: Attempt; isRunning: boolean }): JSX.Element {
  const steps = listSteps(attempt)
  const [first] = attempt.steps
  const fromMs = first?.startedAtMs ?? attempt.startedAtMs
  const ends = attempt.steps.map(
    (step) => step.startedAtMs + (step.durationMs ?? (isRunning ? runningMs(step) : 0)),
  )
  const lengthMs = Math.max(1, ...ends.map((endMs) => endMs - fromMs))
  return (
    <table class="steps">
      <thead class="unseen">
        <tr>
          <th scope="col">Step</th>
          <th scope="col">Time</th>
          <th scope="col">Duration</th>
        </tr>
      </thead>
      <tbody>
        {steps.map((step) => {
          const state = judgeStep(step.state, isRunning)
          const { mark, word, tone } = STATES[state]
          const { startedAtMs } = step
          const durationMs =
            step.durationMs ??
            (startedAtMs !== undefined && isRunning ? runningMs({ startedAtMs }) : undefined)
          return (
            <tr key={step.id} class={state}>
              <th scope="row">
                <span class="mark" aria-hidden="true">
                  {mark}
                </span>
                {state !== 'not-ended' && <span class="unseen">{word}: </span>}
                {step.title}
                {state === 'not-ended' && <span class="quiet"> not ended</span>}
              </th>
              <td>
                {startedAtMs !== undefined && durationMs !== undefined && (
                  <Bar
                    from={(100 * (startedAtMs - fromMs)) / lengthMs}
                    percent={(100 * durationMs) / lengthMs}
                    tone={tone}
                  />
                )}
              </td>
              <td class="number">{durationMs === undefined ? '' : renderDuration(durationMs)}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

/** By the clock of the machine that runs dray, which is not always the one that deploys: at most an hour. */
function runningMs({ startedAtMs }: { startedAtMs: number }): number {
  return Math.min(3_600_000, Math.max(0, serverNowMs() - startedAtMs))
}
