import type { Container } from '../../model/container.ts'
import { someNames } from '../../model/some-names.ts'
import type { StepContext } from '../execution.ts'

/** What is known of a container that is not ready yet. `said` is the last output of its check; empty before the first. */
type Wait = { said: string; untilMs: number }

/** Reports the progress of a wait for several containers. */
export type WaitReport = {
  waits: (container: Container, wait: Wait) => void
  passed: (container: Container) => void
}

/** Progress such as `1 of 2 healthy; waiting for web for at most 38 s (connection refused)`. */
export function createWaitReport(
  containers: readonly Container[],
  { progress, execution }: Pick<StepContext, 'progress' | 'execution'>,
): WaitReport {
  const waiting = new Map<string, Wait & { service: string }>()
  let healthy = 0
  const report = (): void => {
    const waits = [...waiting.values()].sort((a, b) => b.untilMs - a.untilMs)
    const services = [...new Set(waits.map(({ service }) => service))]
    const seconds = Math.max(0, Math.ceil(((waits[0]?.untilMs ?? 0) - execution.clock.now()) / 1000))
    const said = waits.find((wait) => wait.said !== '')
    const reason = said && (services.length > 1 ? `${said.service}: ${said.said}` : said.said)
    const rest =
      services.length === 0
        ? ''
        : `; waiting for ${someNames(services)} for at most ${seconds} s${reason === undefined ? '' : ` (${reason})`}`
    progress({ text: `${healthy} of ${containers.length} healthy${rest}` })
  }
  return {
    waits: (container, wait) => {
      waiting.set(container.id, { ...wait, service: container.service })
      report()
    },
    passed: (container) => {
      waiting.delete(container.id)
      healthy += 1
      report()
    },
  }
}
