import { setTimeout } from 'node:timers/promises'
import { conditions } from './conditions.ts'
import { inServer, signal, type Fault } from './fault.ts'
import { registryFaults } from './registry-faults.ts'

/** The processes of sshd that serve the one who deploys, and not the one that listens; the brackets keep the shell out that asks. */
const sessions = `pgrep -f '[s]shd.*deploy'`

/** What cuts a run short, or takes what it needs, at one moment. */
const strikes: readonly Fault[] = [
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
    repair: inServer(`kill -9 $(${sessions})`),
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
    hurtsApp: 'until the next run',
  },
  {
    name: 'engine-killed',
    title: 'dockerd killed',
    strike: async ({ server }) => {
      await server.killEngine()
      await server.startEngine()
    },
    hurtsApp: 'until the next run',
  },
  {
    name: 'rebooted',
    title: 'host rebooted',
    strike: ({ server }) => server.reboot(),
    hurtsApp: 'for a moment',
  },
  {
    name: 'disk-full',
    title: 'disk full',
    strike: inServer(`
      free=$(df --output=avail -B1 /srv | tail -n 1)
      fallocate -l "$free" /srv/.full || { fallocate -l $((free * 95 / 100)) /srv/.full; dd if=/dev/zero of=/srv/.full2 bs=64k; } 2> /dev/null
      true`),
    repair: inServer('rm -f /srv/.full /srv/.full2'),
  },
]

export const faults: readonly Fault[] = [...strikes, ...registryFaults, ...conditions]
