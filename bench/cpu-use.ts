import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cgroupOf } from '../test/support/net/net-slot.ts'
import type { TestNet } from '../test/support/net/test-net.ts'

/**
 * Milliseconds of processor time so far, by control group: of the commands that are measured; of the server without
 * its containers (sshd and what it started, Engine, shims, runc); and of the containers, which serve the load.
 */
export type CpuUse = { clientMs: number; serverMs: number; containersMs: number }

type Part = 'client' | 'server' | 'containers'

const serverName = 'srv1'
/** Version 2 has all controllers in one tree. https://docs.kernel.org/admin-guide/cgroup-v2.html */
const isVersion2 = existsSync('/sys/fs/cgroup/cgroup.controllers')

/** Has the kernel count, from now on. The server must be idle: what it starts is counted as its processes are. */
export function countCpu(net: TestNet): void {
  for (const part of ['client', 'server', 'containers'] as const)
    mkdirSync(groupOf(net, part), { recursive: true })
  const serverPid = net.facts.servers.find(({ name }) => name === serverName)?.pid
  const namespace = readlinkSync(`/proc/${serverPid}/ns/pid`)
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (readlinkSync(`/proc/${pid}/ns/pid`) === namespace)
        writeFileSync(join(groupOf(net, 'server'), 'cgroup.procs'), pid)
    } catch {
      // It has ended, or is a thread of the kernel.
    }
  }
}

/** The command, counted as the client's. */
export function countedAtClient(net: TestNet, argv: readonly string[]): string[] {
  return ['sh', '-c', 'echo 0 >"$0/cgroup.procs" && exec "$@"', groupOf(net, 'client'), ...argv]
}

export function readCpuUse(net: TestNet): CpuUse {
  const read = (part: Part) => readMs(groupOf(net, part))
  return { clientMs: read('client'), serverMs: read('server'), containersMs: read('containers') }
}

/** What was used from one reading to the next. */
export function cpuUseBetween(before: CpuUse, after: CpuUse): CpuUse {
  return {
    clientMs: after.clientMs - before.clientMs,
    serverMs: after.serverMs - before.serverMs,
    containersMs: after.containersMs - before.containersMs,
  }
}

/** Named as the network's other groups, which are removed with it. */
function groupOf({ facts }: TestNet, part: Part): string {
  const name = part === 'containers' ? serverName : `bench-${part}`
  return join('/sys/fs/cgroup', isVersion2 ? '' : 'cpuacct', cgroupOf(facts.id, name))
}

function readMs(group: string): number {
  if (!isVersion2) return Number(readFileSync(join(group, 'cpuacct.usage'), 'utf8')) / 1e6
  return Number(/^usage_usec (\d+)$/m.exec(readFileSync(join(group, 'cpu.stat'), 'utf8'))?.[1]) / 1e3
}
