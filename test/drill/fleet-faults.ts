import type { TestServer } from '../support/net/server.ts'

/** A way to lose one of several hosts in the middle of a deploy. */
export type FleetFault = {
  name: string
  /** As the table calls it. */
  title: string
  strike(victim: TestServer): Promise<void>
  /** What an operator would repair before the next run. */
  repair?(victim: TestServer): Promise<void>
  /** The fault takes the app on the host down itself. */
  hurtsApp: boolean
}

const killSessions = `kill -9 $(pgrep -f '[s]shd.*deploy')`

export const fleetFaults: readonly FleetFault[] = [
  {
    name: 'line-reset',
    title: 'connection to one host reset',
    strike: async (victim) => {
      await victim.run(['sh', '-c', killSessions])
    },
    hurtsApp: false,
  },
  {
    name: 'line-cut',
    title: 'one host cut off, silently',
    strike: (victim) => victim.cutLine(),
    repair: (victim) => victim.mendLine(),
    hurtsApp: true,
  },
  { name: 'rebooted', title: 'one host rebooted', strike: (victim) => victim.reboot(), hurtsApp: true },
  {
    name: 'engine-killed',
    title: 'dockerd of one host killed',
    strike: async (victim) => {
      await victim.killEngine()
      await victim.startEngine()
    },
    hurtsApp: true,
  },
]
