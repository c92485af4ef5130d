import { hasCheck } from './depends-on.ts'
import type { MadeApp } from './make-app.ts'
import { brokenServices, type Behaviour } from './own-images.ts'

/** The longest that a health check may take to say no. */
const patienceSeconds = 30

/** How an app's broken version fails: it never gets healthy, where a check says so soon; else it exits. */
export function chooseFailure({ shape, layout }: MadeApp): Behaviour {
  const names = brokenServices(layout)
  const broken = shape.services.filter(({ name }) => names.includes(name))
  const isSoon = broken.every((service) => {
    const { interval = '30s', start_period: start = '0s' } = service
    return hasCheck(service) && secondsOf(start) + 3 * secondsOf(interval) <= patienceSeconds
  })
  const isFront = names.some((name) => layout.roles.get(name) === 'front')
  return isSoon && broken.length > 0 && !isFront ? 'unhealthy' : 'exits'
}

/** Reads a duration as Compose writes it, of one unit; half a minute for any other text. */
function secondsOf(text: string): number {
  const [, value = '30', unit = 's'] = /^(\d+)(s|m)$/.exec(text) ?? []
  return Number(value) * (unit === 'm' ? 60 : 1)
}
