/** Whose processor time it is: as in cpu-use.ts. */
export type CpuPart = 'client' | 'server' | 'containers'

/** Processor time of all processes of one command, in milliseconds. */
export type CpuShare = { part: CpuPart; command: string; ms: number }

/** Process ids that tell whose a process is, and what one sample counts. */
type Origin = { benchPid: number; serverPid: number; sampleMs: number }

const forkLine = /PERF_RECORD_FORK\((\d+):\d+\):\((\d+):\d+\)/
const commLine = /PERF_RECORD_COMM.*?: (.+):(\d+)\/\d+$/
const sampleLine = /^ *(.+?) +(\d+)\/\d+ +cpu-clock/
const ofEngine = /^(?:dockerd|docker-compose|docker-proxy|docker|containerd-shim|containerd|runc|sshd)/

/**
 * Processor time by command, from the lines of `perf script --show-task-events -F comm,pid,tid,event`. A process is the
 * client's if the bench started it after the first sample, and the server's if it descends from the server's first process; below
 * a container's shim it is in a container. https://man7.org/linux/man-pages/man1/perf-script.1.html
 */
export function attributeSamples(lines: Iterable<string>, origin: Origin): CpuShare[] {
  const processes = new ProcessTree(origin)
  const shares = new Map<string, CpuShare>()
  for (const line of lines) {
    if (processes.learn(line)) continue
    const [, name, pid] = sampleLine.exec(line) ?? []
    if (name === undefined) continue
    processes.hasSampled = true
    const part = processes.partOf(Number(pid), name)
    if (part === undefined) continue
    const command = part === 'server' ? onServer(name) : name
    const key = `${part} ${command}`
    const { ms = 0 } = shares.get(key) ?? {}
    shares.set(key, { part, command, ms: ms + origin.sampleMs })
  }
  return [...shares.values()]
}

function onServer(name: string): string {
  if (name.startsWith('iptables') || name.startsWith('ip6tables') || name.startsWith('xtables'))
    return 'iptables'
  return ofEngine.exec(name)?.[0] ?? 'shells and their tools'
}

/** Which process started which, and the command that each runs. */
class ProcessTree {
  readonly #parents = new Map<number, number>()
  readonly #commands = new Map<number, string>()
  /** Those that the bench started since the first sample; the others are listed before it. */
  readonly #ofClient = new Set<number>()
  readonly #origin: Origin
  hasSampled = false

  constructor(origin: Origin) {
    this.#origin = origin
  }

  /** Whether the line is about a process; any other is a sample, or about nothing that counts. */
  learn(line: string): boolean {
    const [, name, named] = commLine.exec(line) ?? []
    if (name !== undefined) this.#commands.set(Number(named), name)
    const [child, parent] = (forkLine.exec(line) ?? []).slice(1).map(Number)
    if (child === undefined || parent === undefined) return name !== undefined
    // A thread has the number of its process.
    if (child === parent) return true
    this.#parents.set(child, parent)
    this.#commands.set(child, this.#commands.get(parent) ?? '')
    if (parent === this.#origin.benchPid && this.hasSampled) this.#ofClient.add(child)
    return true
  }

  partOf(pid: number, name: string): CpuPart | undefined {
    const line = this.#lineOf(pid)
    if (line.some((it) => this.#ofClient.has(it))) return 'client'
    if (!line.includes(this.#origin.serverPid)) return undefined
    const isBelowShim = line.some((it) => this.#commands.get(it)?.startsWith('containerd-shim'))
    return isBelowShim && !/^(?:containerd-shim|runc)/.test(name) ? 'containers' : 'server'
  }

  /** The process, its parent, and so on. */
  #lineOf(pid: number): number[] {
    const found: number[] = []
    for (
      let at: number | undefined = pid;
      at !== undefined && !found.includes(at);
      at = this.#parents.get(at)
    )
      found.push(at)
    return found
  }
}
