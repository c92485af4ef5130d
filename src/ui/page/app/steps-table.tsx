import type { JSX } from 'preact'
import type { Attempt } from '../../../deploy/releases/history.ts'
import { listSteps, type ListedStep } from '../../render/results/list-steps.ts'
import { renderDuration } from '../../render/text/render-duration.ts'
import { Bar } from './parts.tsx'
import { now } from './state.ts'

/** A mark, a word for a screen reader and a class for each state of a step. */
const STATES = {
  done: { mark: '✓', word: 'done', tone: 'good' },
  failed: { mark: '✗', word: 'failed', tone: 'bad' },
  cancelled: { mark: '✗', word: 'cancelled', tone: 'bad' },
  running: { mark: '…', word: 'running', tone: 'busy' },
  waiting: { mark: '○', word: 'to come', tone: 'quiet' },
  skipped: { mark: '–', word: 'not reached', tone: 'quiet' },
} as const satisfies Record<ListedStep['state'], { mark: string; word: string; tone: string }>

/** Every step as a line, with a bar on the time of the whole attempt. */
export function StepsTable({ attempt }: { attempt: Attempt }): JSX.Element {
  const steps = listSteps(attempt)
  const [first] = attempt.steps
  const fromMs = first?.startedAtMs ?? attempt.startedAtMs
  const ends = attempt.steps.map((step) => step.startedAtMs + (step.durationMs ?? runningMs(step)))
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
          const { mark, word, tone } = STATES[step.state]
          const { startedAtMs } = step
          const durationMs =
            startedAtMs === undefined ? undefined : (step.durationMs ?? runningMs({ startedAtMs }))
          return (
            <tr key={step.id} class={step.state}>
              <th scope="row">
                <span class="mark" aria-hidden="true">
                  {mark}
                </span>
                <span class="unseen">{word}: </span>
                {step.title}
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

/** A step without an end may have been killed long ago: at most an hour. */
function runningMs({ startedAtMs }: { startedAtMs: number }): number {
  return Math.min(3_600_000, Math.max(0, now.value - startedAtMs))
}
