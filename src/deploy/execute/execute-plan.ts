import { DrayError } from '../../errors/dray-error.ts'
import type { Execution, StepRunner } from './execution.ts'
import { nameHost } from '../model/on-each-host.ts'
import { writeJournal, type JournalLine } from './journal.ts'
import type { ComposeStep, Plan, Step, StepOf } from '../model/plan.ts'
import { groupByHost } from './steps-on.ts'
import { reportStep } from './report-step.ts'
import {
  checkContainers,
  checkUrl,
  recordRelease,
  removeOld,
  stopOld,
  verifyRelease,
} from './steps/conclude.ts'
import { cleanImages, keepImage, pruneDangling, pullImage } from './steps/images.ts'
import { endForward, forwardPorts } from './steps/forward-ports.ts'
import { freeDisk } from './steps/free-disk.ts'
import { pinNames, unpinNames } from './steps/pin-names.ts'
import { placeFiles } from './steps/place-files.ts'
import { runHostHook } from './steps/run-host-hook.ts'
import { watchHost } from './steps/watch-host.ts'
import { runTask } from './steps/run-task.ts'
import { recreateServices, runOnce, startBeside, startStandIn } from './steps/start-services.ts'
import { switchTraffic } from './steps/switch-traffic.ts'
import { testProxy } from './steps/test-proxy.ts'
import { waitHealthy } from './steps/wait-healthy.ts'

const runners = {
  'prune-dangling': pruneDangling,
  'free-disk': freeDisk,
  'pull-image': pullImage,
  'keep-image': keepImage,
  'place-files': placeFiles,
  'test-proxy': testProxy,
  'run-host-hook': runHostHook,
  'watch-host': watchHost,
  'run-task': runTask,
  'start-beside': startBeside,
  'start-stand-in': startStandIn,
  'recreate-services': recreateServices,
  'run-once': runOnce,
  'wait-healthy': waitHealthy,
  'pin-names': pinNames,
  'unpin-names': unpinNames,
  'switch-traffic': switchTraffic,
  'forward-ports': forwardPorts,
  'end-forward': endForward,
  'check-url': checkUrl,
  'check-containers': checkContainers,
  'record-release': recordRelease,
  'stop-old': stopOld,
  'remove-old': removeOld,
  'verify-release': verifyRelease,
  'clean-images': cleanImages,
} satisfies { [K in ComposeStep['kind']]: StepRunner<StepOf<K>> }

/** Consecutive steps of one family run in parallel: they do not depend on each other. */
const FAMILIES: Partial<Record<Step['kind'], 'fetch' | 'stop' | 'check' | 'end'>> = {
  'pin-names': 'fetch',
  'pull-image': 'fetch',
  'place-files': 'fetch',
  'stop-old': 'stop',
  'check-url': 'check',
  // Old containers have been stopped by now, and only running ones are verified.
  'remove-old': 'end',
  'verify-release': 'end',
}

/**
 * Executes a plan without decisions, phase by phase; the hosts of a phase side by side. Reports and journals each step. A signal
 * cancels the deploy until the release is recorded; after that the remaining steps run, also if another host fails. Throws what
 * the first failed step threw.
 */
export async function executePlan(plan: Plan, execution: Execution, signal: AbortSignal): Promise<void> {
  const failures: { host: string | undefined; error: unknown }[] = []
  let mayCancel: AbortSignal | undefined = signal
  for (const lanes of splitPhases(plan.steps)) {
    mayCancel?.throwIfAborted()
    if (lanes.flat().some((step) => step.kind === 'record-release')) mayCancel = undefined
    const isRecorded = mayCancel === undefined
    const failed = new AbortController()
    const cancels = mayCancel === undefined ? [] : [mayCancel]
    await Promise.all(
      lanes.map(async (steps) => {
        const host = steps[0]?.host
        if (failures.some((it) => it.host === host)) return
        const own = isRecorded ? new AbortController() : failed
        try {
          await executeLane(steps, { execution, failed: own, cancels })
        } catch (error) {
          failures.push({ host, error })
        }
      }),
    )
    if (failures.length > 0 && !isRecorded)
      throw failed.signal.aborted ? failed.signal.reason : failures[0]?.error
  }
  if (failures.length > 0) throw failures[0]?.error
}

/** The lanes of each phase, one for each host; of steps without a phase, each group is a lane on its own. */
function splitPhases(steps: readonly Step[]): (readonly Step[])[][] {
  const phases: Step[][] = []
  for (const step of steps) {
    const last = phases.at(-1)
    if (last?.[0] !== undefined && isSamePhase(last[0], step)) last.push(step)
    else phases.push([step])
  }
  return phases.flatMap((those) =>
    those[0]?.phase === undefined
      ? stepGroups(those).map((group) => [group])
      : [[...groupByHost(those).values()]],
  )
}

function isSamePhase({ phase: a }: Step, { phase: b }: Step): boolean {
  return a?.name === b?.name && a?.wave === b?.wave
}

/** The steps of one lane, group by group. `failed` is aborted with the first failure, also of another lane. */
async function executeLane(
  steps: readonly Step[],
  {
    execution,
    failed,
    cancels,
  }: { execution: Execution; failed: AbortController; cancels: readonly AbortSignal[] },
): Promise<void> {
  const all = AbortSignal.any([failed.signal, ...cancels])
  for (const group of stepGroups(steps)) {
    all.throwIfAborted()
    const outcomes = await Promise.allSettled(
      group.map(async (step) => {
        try {
          await executeStep(step, execution, all)
        } catch (error) {
          failed.abort(error)
          throw error
        }
      }),
    )
    if (failed.signal.aborted) throw failed.signal.reason
    const rejected = outcomes.find((outcome) => outcome.status === 'rejected')
    if (rejected !== undefined) throw rejected.reason
  }
}

export function stepGroups(steps: readonly Step[]): Step[][] {
  const groups: Step[][] = []
  for (const step of steps) {
    const last = groups.at(-1)
    const family = familyOf(step)
    const before = last?.[0]
    if (before !== undefined && family !== undefined && familyOf(before) === family) last?.push(step)
    else groups.push([step])
  }
  return groups
}

/** Where names are pinned by a reload, files are placed afterwards: it reads them. */
function familyOf(step: Step): string | undefined {
  return step.kind === 'pin-names' && step.pinFile !== undefined ? undefined : FAMILIES[step.kind]
}

async function executeStep(step: Step, execution: Execution, signal: AbortSignal): Promise<void> {
  const { clock, emit } = execution
  const run = execution.hosts.get(step.host)
  if (run === undefined)
    throw new DrayError('INTERNAL', `The plan contains host ${step.host}, which is not connected.`)
  const journal = (line: JournalLine): void => writeJournal(run, execution, line)
  const hasRun = (task: string): boolean => run.done.tasks.includes(task)
  const runner = runners[step.kind as ComposeStep['kind']] as StepRunner<Step>
  try {
    await reportStep(step, { clock, emit, journal, signal, hasRun }, (hooks) =>
      runner(step, { execution, run, signal, ...hooks }),
    )
  } catch (error) {
    throw execution.hosts.size > 1 && !signal.aborted ? nameHost(error, step.host) : error
  }
}
