import { DrayError } from '../../errors/dray-error.ts'
import { reportStep } from '../execute/report-step.ts'
import type { JournalLine } from '../execute/journal.ts'
import type { Step, StepOf } from '../model/plan.ts'
import { RECORD_FORMAT } from '../model/record-format.ts'
import type { StackExecution, StackStepRunner } from './stack-execution.ts'
import { awaitTasks } from './steps/await-tasks.ts'
import {
  checkStackUrl,
  cleanStack,
  placeStackFiles,
  recordStack,
  removeServices,
  updateStack,
  verifyStack,
} from './steps/conclude-stack.ts'
import { pullOnNodes } from './steps/pull-on-nodes.ts'
import { runJob } from './steps/run-job.ts'

const runners = {
  'pull-on-nodes': pullOnNodes,
  'place-files': placeStackFiles,
  'run-task': runJob,
  'update-stack': updateStack,
  'await-tasks': awaitTasks,
  'check-url': checkStackUrl,
  'record-release': recordStack,
  'remove-services': removeServices,
  'verify-stack': verifyStack,
  'clean-stack': cleanStack,
} satisfies { [K in Step['kind']]?: StackStepRunner<StepOf<K>> }

/**
 * Executes a plan step by step, without decisions; images are pulled side by side. A signal cancels the deploy until the
 * release is recorded; after that it only ends the wait of `verifyStack`. Throws what the failed step threw.
 */
export async function executeStackPlan(execution: StackExecution, signal: AbortSignal): Promise<void> {
  const { steps } = execution.plan
  const pulls = steps.filter(({ kind }) => kind === 'pull-on-nodes')
  await pullAll(pulls, execution, signal)
  for (const step of steps.filter((it) => !pulls.includes(it))) {
    const { recorded } = execution.done
    if (!recorded) signal.throwIfAborted()
    const mayCancel = !recorded || step.kind === 'verify-stack'
    await executeStep(step, execution, mayCancel ? signal : new AbortController().signal)
  }
}

/** The first failure ends the others. */
async function pullAll(
  pulls: readonly Step[],
  execution: StackExecution,
  signal: AbortSignal,
): Promise<void> {
  const failed = new AbortController()
  const all = AbortSignal.any([signal, failed.signal])
  await Promise.allSettled(
    pulls.map((step) =>
      executeStep(step, execution, all).catch((error: unknown) => {
        failed.abort(error)
      }),
    ),
  )
  failed.signal.throwIfAborted()
}

async function executeStep(step: Step, execution: StackExecution, signal: AbortSignal): Promise<void> {
  const { clock, emit, done } = execution
  const runner = (runners as Partial<Record<Step['kind'], StackStepRunner<Step>>>)[step.kind]
  if (runner === undefined)
    throw new DrayError('INTERNAL', `The plan contains ${step.kind}, which Swarm has not.`)
  const journal = (line: JournalLine): void => writeStackJournal(execution, line)
  const hasRun = (task: string): boolean => done.tasks.includes(task)
  await reportStep(step, { clock, emit, journal, signal, hasRun }, ({ progress, print }) =>
    runner(step, { execution, signal, progress, print }),
  )
}

/** Writes a line to the journal in the app's directory on the manager. */
export function writeStackJournal({ lock, clock, plan }: StackExecution, line: JournalLine): void {
  lock.journal({ version: RECORD_FORMAT, at: clock.now(), release: plan.release, ...line })
}
