import type { LoadPlace } from '../support/load/load-report.ts'
import { containerPortsOf, type MadeApp } from './make-app.ts'
import type { Asked } from './layout.ts'
import { listenPortOf } from './listen-port.ts'
import { outsidePort } from './outside.ts'
import { hostOf } from './proxy-files.ts'

/** Where an app is asked, and what is expected there. */
export type AskedPlace = LoadPlace & {
  /** What answers: the app's own service, whose version changes, or a third party's. */
  isOwn: boolean
  /** The proxy that the request meets first: a service of the app, or one outside; undefined for a port of its own. */
  door: string | undefined
}

/** The places of an app, as `address` has it; `fromServer`: they can be reached from the server itself only. */
export function placesOf(app: MadeApp, address: string): { places: AskedPlace[]; fromServer: boolean } {
  const doors = app.layout.asked.map((asked) => doorOf(app, asked))
  const fromServer = doors.some(({ isLoopback }) => isLoopback)
  const places = app.layout.asked.map(({ service, through }, index): AskedPlace => {
    const door = doors[index]
    const role = app.layout.roles.get(service.name)
    const hasOwnPages = role === 'front' || role === 'proxy'
    return {
      url: `http://${door?.isLoopback ? '127.0.0.1' : address}:${door?.port}`,
      isOwn: service.role !== 'third',
      door: through[0],
      ...(through.length > 0 && !hasOwnPages && { host: hostOf(app.shape, service.name) }),
      ...(hasOwnPages && { readOnly: true }),
    }
  })
  return { places, fromServer }
}

function doorOf(app: MadeApp, { service, through }: Asked): { port: number; isLoopback: boolean } {
  const [first] = through
  if (first === 'host' || first === 'edge') return { port: outsidePort(app), isLoopback: false }
  const name = first ?? service.name
  const ports = containerPortsOf(app, name)
  const door = ports.find(({ isLoopback }) => !isLoopback) ?? ports[0]
  if (door === undefined) return { port: listenPortOf(app.shape, service), isLoopback: false }
  return { port: door.published, isLoopback: door.isLoopback }
}
