import { askUrl } from '../execute/ask-url.ts'
import type { Serving } from '../execute/serving.ts'
import { configuredProbe, describeAnswer } from '../model/entrance.ts'
import { newestRelease, releaseLabel } from '../model/release.ts'
import { describeState } from './describe-state.ts'
import { judgeService, type ServiceState, type StackView } from './judge-tasks.ts'
import type { StackObservation } from './observe-stack.ts'
import type { StackExecution } from './stack-execution.ts'
import { lookAt } from './steps/await-tasks.ts'

/** Services whose tasks all ran before the deploy, and do not all run the definition from then. */
export function missingOf(before: StackObservation, now: StackView): ServiceState[] {
  return statesNow(before, now).filter(
    ({ service, state }) => state !== 'done' && stateBefore(before, service)?.state === 'done',
  )
}

/** Each service from before the deploy, as it is now. */
export function statesNow({ services }: StackObservation, now: StackView): ServiceState[] {
  return services.map(({ service, image }) => judgeService({ service, image }, now, 0))
}

function stateBefore(before: StackObservation, name: string): ServiceState | undefined {
  return before.services
    .filter(({ service }) => service === name)
    .map(({ service, image }) => judgeService({ service, image }, before, 0))[0]
}

/** What is serving after an undo: the tasks are looked at, and the URL of the probe is asked. */
export async function describeServing(execution: StackExecution): Promise<Serving> {
  const { observation, desired, host, clock, patience, done } = execution
  if (observation.services.length === 0)
    return { serving: 'Nothing is serving, as before.', servingRelease: undefined }
  const current = newestRelease(observation.directory.releases)
  const name =
    current === undefined
      ? 'The stack from before the deploy'
      : `Release ${releaseLabel(current.id, current.tag)}`
  const view = await lookAt(execution).catch(() => undefined)
  const isWhole = view !== undefined && missingOf(observation, view).length === 0
  const servingRelease = isWhole ? current?.id : undefined
  const down = view === undefined ? '' : listDown(observation, view)
  const entrance = configuredProbe(desired)
  if (entrance === undefined) {
    if (view === undefined)
      return {
        serving: `${name} was running before the deploy. Its tasks could not be checked.`,
        servingRelease,
      }
    return {
      serving: down === '' ? `${name} is running, as before.` : `${name} is running, except ${down}.`,
      servingRelease,
    }
  }
  const rest = down === '' ? '' : ` Not all of it runs: ${down}.`
  const { answer, isGood } = await askUrl(entrance, {
    prober: host.prober,
    clock,
    forMs: patience.urlCheckMs,
  })
  if (isGood) return { serving: `${name} is serving, as before.${rest}`, servingRelease }
  const said = `${entrance.url} ${describeAnswer(answer)}`
  const isLost = done.answered.has(entrance.url)
  return {
    serving: isLost
      ? `${name} is running again, but ${said}.${rest}`
      : `${name} is running, as before; ${said}.${rest}`,
    servingRelease: undefined,
    ...(isLost && { lost: said }),
  }
}

/** `worker, of which 0 of 1 tasks run (a task is pending), as before`; empty if all runs. */
function listDown(before: StackObservation, now: StackView): string {
  return statesNow(before, now)
    .filter(({ state }) => state !== 'done')
    .map((state) => {
      const asBefore = stateBefore(before, state.service)?.state === 'done' ? '' : ', as before'
      return `${state.service}, of which ${describeState(state, now.nodes)}${asBefore}`
    })
    .join('; ')
}
