import type { Clock } from '../../shared/clock.ts'
import type { EventSink, Gap } from '../model/events.ts'
import type { Step } from '../model/plan.ts'
import type { StepContext } from './execution.ts'
import type { JournalLine } from './journal.ts'
import { stepTitle } from './step-title.ts'

export type StepReport = {
  clock: Clock
  emit: EventSink
  journal: (line: JournalLine) => void
  signal: AbortSignal
  /** Whether the container of a task ran. */
  hasRun: (task: string) => boolean
}

/** Reports and journals one step while `run` executes it. Throws what `run` throws. */
export async function reportStep(
  step: Step,
  { clock, emit, journal, signal, hasRun }: StepReport,
  run: (hooks: Pick<StepContext, 'progress' | 'measured' | 'print'>) => Promise<string | undefined>,
): Promise<void> {
  const startedAtMs = clock.now()
  emit({
    type: 'step.started',
    at: startedAtMs,
    stepId: step.id,
    kind: step.kind,
    host: step.host,
    title: stepTitle(step),
    cause: step.cause,
  })
  journal({ event: 'step.started', step: step.id, kind: step.kind, ...nameOf(step) })
  let gaps: readonly Gap[] = []
  const finish = (outcome: 'done' | 'failed' | 'cancelled', result?: string): void => {
    const durationMs = clock.now() - startedAtMs
    emit({
      type: 'step.finished',
      at: clock.now(),
      stepId: step.id,
      outcome,
      durationMs,
      ...(result === undefined ? {} : { result }),
      ...(gaps.length === 0 ? {} : { gaps }),
    })
    journal({
      event: 'step.finished',
      step: step.id,
      kind: step.kind,
      outcome,
      durationMs,
      ...(step.kind === 'run-task' && !hasRun(step.task) && { ran: false }),
    })
  }
  try {
    const result = await run({
      progress: (progress) => {
        emit({ type: 'step.progressed', at: clock.now(), stepId: step.id, ...progress })
      },
      measured: (found) => {
        gaps = found
      },
      print: (line) => {
        emit({ type: 'step.printed', at: clock.now(), stepId: step.id, line })
      },
    })
    finish('done', result)
  } catch (error) {
    finish(signal.aborted ? 'cancelled' : 'failed')
    throw error
  }
}

/** A task that ran is not undone, so the journal records its name. */
function nameOf(step: Step): { task?: string } {
  return step.kind === 'run-task' ? { task: step.task } : {}
}
