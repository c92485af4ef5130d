import { DrayError } from '../../../errors/dray-error.ts'
import type { StepOf } from '../../model/plan.ts'
import { writeJournal } from '../journal.ts'
import type { Execution, HostRun, StepRunner } from '../execution.ts'

type Step = StepOf<'run-host-hook'>

const TAIL_LINES = 20

/** Runs the hook that takes a host out of the load balancer, or puts it back. Throws HOST_HOOK_FAILED. */
export const runHostHook: StepRunner<Step> = async (step, { run, execution, signal, print }) => {
  await runForHost(step, { run, execution, signal, print })
  return undefined
}

/** Runs a hook for one host, in a deploy or its undo. Throws HOST_HOOK_FAILED, and the signal's reason. */
export async function runForHost(
  step: Pick<Step, 'moment' | 'argv' | 'timeoutMs'>,
  {
    run,
    execution,
    signal,
    print,
  }: { run: HostRun; execution: Execution; signal: AbortSignal; print: (line: string) => void },
): Promise<void> {
  const { moment, argv, timeoutMs } = step
  const { name: host } = run.host
  const tail: string[] = []
  const onLine = (line: string): void => {
    print(line)
    tail.push(line)
    if (tail.length > TAIL_LINES) tail.shift()
  }
  // A hook that fails halfway may have taken the host out.
  if (moment === 'leave') {
    run.done.isOut = true
    run.done.leaves = true
  } else run.done.joins = true
  // Until it has joined again, `dray status` says so, also if dray is killed now.
  const isRecorded = execution.desired.hostHooks?.join !== undefined
  if (moment === 'leave' && isRecorded) writeJournal(run, execution, { event: 'host.left' })
  if (execution.runHostHook === undefined)
    throw new DrayError('INTERNAL', 'The plan has hooks for hosts, and there is nothing to run them with.')
  const { release } = execution.plan
  const { exitCode } = await execution.runHostHook(
    { moment, argv, timeoutMs },
    { host, release, onLine, signal },
  )
  if (exitCode === 0) {
    if (moment === 'leave') return
    run.done.isOut = false
    writeJournal(run, execution, { event: 'host.joined' })
    return
  }
  const end =
    exitCode === undefined
      ? `exceeded its timeout of ${Math.round(timeoutMs / 1000)} s`
      : `exited with code ${exitCode}`
  throw new DrayError(
    'HOST_HOOK_FAILED',
    `The hook \`${moment}\` (\`${argv.join(' ')}\`) for ${host} ${end}.`,
    {
      details: { logOf: `hook ${moment} for ${host}`, logTail: tail },
    },
  )
}
