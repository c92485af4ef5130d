import type { RunningCommand } from '../support/net/run-command.ts'
import type { TestServer } from '../support/net/server.ts'

/** What a fault of several hosts happens to: one of them, and the run. */
export type FleetScene = { victim: TestServer; running: RunningCommand }

/** A way to lose one of several hosts in the middle of a deploy, or the run itself. */
export type FleetFault = {
  name: string
  /** As the table calls it. */
  title: string
  strike(scene: FleetScene): Promise<void>
  /** What an operator would repair before the next run. */
  repair?(victim: TestServer): Promise<void>
  /** What is lost: one host, or dray. */
  loses: 'host' | 'dray'
  /** The fault takes the app on the host down itself. */
  hurtsApp: boolean
}

const killSessions = `kill -9 $(pgrep -f '[s]shd.*deploy')`

export const fleetFaults: readonly FleetFault[] = [
  {
    name: 'line-reset',
    title: 'connection to one host reset',
    strike: async ({ victim }) => {
      await victim.run(['sh', '-c', killSessions])
    },
    loses: 'host',
    hurtsApp: false,
  },
  {
    name: 'line-cut',
    title: 'one host cut off, silently',
    strike: ({ victim }) => victim.cutLine(),
    repair: (victim) => victim.mendLine(),
    loses: 'host',
    hurtsApp: true,
  },
  {
    name: 'rebooted',
    title: 'one host rebooted',
    strike: ({ victim }) => victim.reboot(),
    loses: 'host',
    hurtsApp: true,
  },
  { name: 'killed', title: 'dray killed', strike: signal('SIGKILL'), loses: 'dray', hurtsApp: false },
  {
    name: 'engine-killed',
    title: 'dockerd of one host killed and started',
    strike: async ({ victim }) => {
      await victim.killEngine()
      await victim.startEngine()
    },
    loses: 'host',
    hurtsApp: true,
  },
  {
    name: 'sshd-killed',
    title: 'sshd of one host gone',
    strike: async ({ victim }) => {
      await victim.run(['sh', '-c', `kill -9 "$(cat /run/sshd.pid)"; ${killSessions}`])
    },
    repair: (victim) => victim.startSshd(),
    loses: 'host',
    hurtsApp: false,
  },
  {
    name: 'power-cut',
    title: 'one host without power',
    // To the others it is the same: no packet comes from there. What runs there ends at the reboot.
    strike: ({ victim }) => victim.cutLine(),
    repair: async (victim) => {
      await victim.reboot()
      await victim.mendLine()
    },
    loses: 'host',
    hurtsApp: true,
  },
  { name: 'ctrl-c', title: 'Ctrl-C', strike: signal('SIGINT'), loses: 'dray', hurtsApp: false },
  {
    name: 'engine-gone',
    title: 'dockerd of one host gone',
    strike: ({ victim }) => victim.stopEngine(),
    repair: (victim) => victim.startEngine(),
    loses: 'host',
    hurtsApp: true,
  },
]

function signal(name: NodeJS.Signals): FleetFault['strike'] {
  return ({ running }) => {
    running.kill(name)
    return Promise.resolve()
  }
}
