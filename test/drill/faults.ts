import { setTimeout } from 'node:timers/promises'
import type { RunningCommand } from '../support/net/run-command.ts'
import type { TestNet } from '../support/net/test-net.ts'
import type { TestServer } from '../support/net/server.ts'

/** What a fault happens to. */
export type Scene = { net: TestNet; server: TestServer; running: RunningCommand }

/** Something that goes wrong in the middle of a run. */
export type Fault = {
  name: string
  /** As the table calls it. */
  title: string
  /** Makes it happen. */
  strike(scene: Scene): Promise<void>
  /** What somebody would mend before the next run; called when the struck run has ended. */
  mend?(scene: Scene): Promise<void>
  /** Whether it takes the app down itself, whoever is deploying: what fails then is not counted. */
  hurtsApp?: boolean
}

const signal = (name: NodeJS.Signals): Fault['strike'] => {
  return async ({ running }) => running.kill(name)
}

const inServer = (script: string): Fault['strike'] => {
  return async ({ server }) => {
    await server.run(['sh', '-c', script])
  }
}

/** The processes of sshd that serve the one who deploys, and not the one that listens; the brackets keep the shell out that asks. */
const sessions = `pgrep -f '[s]shd.*deploy'`

export const faults: readonly Fault[] = [
  { name: 'killed', title: 'client killed (SIGKILL)', strike: signal('SIGKILL') },
  { name: 'terminated', title: 'client terminated (SIGTERM)', strike: signal('SIGTERM') },
  {
    name: 'ctrl-c-twice',
    title: 'Ctrl-C, and again',
    strike: async ({ running }) => {
      running.kill('SIGINT')
      await setTimeout(150)
      running.kill('SIGINT')
    },
  },
  { name: 'line-reset', title: 'connection reset', strike: inServer(`kill -9 $(${sessions})`) },
  {
    name: 'line-silent',
    title: 'connection silent',
    strike: inServer(`kill -STOP $(${sessions})`),
    mend: inServer(`kill -9 $(${sessions})`),
  },
  {
    name: 'sshd-restarted',
    title: 'sshd restarted',
    strike: inServer('kill -HUP "$(cat /run/sshd.pid)"'),
  },
  {
    name: 'engine-restarted',
    title: 'dockerd restarted',
    strike: async ({ server }) => {
      await server.stopEngine()
      await server.startEngine()
    },
    hurtsApp: true,
  },
  {
    name: 'engine-killed',
    title: 'dockerd killed',
    strike: async ({ server }) => {
      await server.killEngine()
      await server.startEngine()
    },
    hurtsApp: true,
  },
  {
    name: 'registry-down',
    title: 'registry down',
    strike: ({ net }) => net.registry.refuseConnections(),
    mend: ({ net }) => net.registry.clearFaults(),
  },
  {
    name: 'registry-503',
    title: 'registry answers 503',
    strike: ({ net }) => net.registry.setFault({ match: /./, status: 503 }),
    mend: ({ net }) => net.registry.clearFaults(),
  },
  {
    name: 'disk-full',
    title: 'disk full',
    strike: inServer(`
      free=$(df --output=avail -B1 /srv | tail -n 1)
      fallocate -l "$free" /srv/.full || { fallocate -l $((free * 95 / 100)) /srv/.full; dd if=/dev/zero of=/srv/.full2 bs=64k; } 2> /dev/null
      true`),
    mend: inServer('rm -f /srv/.full /srv/.full2'),
  },
]
