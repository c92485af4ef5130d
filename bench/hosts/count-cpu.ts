import { existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

type Part = 'client' | 'hosts'

/** Processor time of all processes of a part, those that have ended included. Disposing of it ends the count. */
export type CpuCount = AsyncDisposable & {
  /** The command with another around it, so that it and all that it starts is counted. */
  counted: (part: Part, argv: readonly string[]) => string[]
  /** Milliseconds of processor time so far. */
  readMs: (part: Part) => number
}

/** Version 2 has all controllers in one tree. https://docs.kernel.org/admin-guide/cgroup-v2.html */
const isVersion2 = existsSync('/sys/fs/cgroup/cgroup.controllers')

/** Has the kernel count, in control groups of this process. Root. */
export function countCpu(): CpuCount {
  const groupOf = (part: Part): string =>
    join('/sys/fs/cgroup', isVersion2 ? '' : 'cpuacct', `dray-bench-${process.pid}-${part}`)
  const parts = ['client', 'hosts'] as const
  for (const part of parts) mkdirSync(groupOf(part), { recursive: true })
  return {
    counted: (part, argv) => ['sh', '-c', 'echo 0 >"$0/cgroup.procs" && exec "$@"', groupOf(part), ...argv],
    readMs: (part) => readMs(groupOf(part)),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(parts.map((part) => removeGroup(groupOf(part))))
    },
  }
}

/** The kernel refuses it while a process is ending in it. */
async function removeGroup(group: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      rmdirSync(group)
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY' || tries === 100) throw error
      await setTimeout(100)
    }
  }
}

function readMs(group: string): number {
  if (!isVersion2) return Number(readFileSync(join(group, 'cpuacct.usage'), 'utf8')) / 1e6
  return Number(/^usage_usec (\d+)$/m.exec(readFileSync(join(group, 'cpu.stat'), 'utf8'))?.[1]) / 1e3
}
