/**
 * One client to 1, 10 and 50 hosts: time, memory and file descriptors of a deploy. Each host has a real sshd, files and
 * Compose; its Docker Engine is scripted (scripted-engine.ts), since 50 real ones would measure this machine. Linux and root;
 * runs in namespaces of its own. `npm run bench:hosts -- [--write] [HOSTS…]`.
 */
import { spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { DeployEvent } from '../../src/deploy/model/events.ts'
import { writeTables } from '../readme-tables.ts'
import { renderTable } from '../render-table.ts'
import { countCpu, type CpuCount } from './count-cpu.ts'
import { startManyHosts, type ManyHosts } from './many-hosts.ts'

const INSIDE = 'DRAY_BENCH_INSIDE'
const dray = fileURLToPath(new URL('../../bin/dray', import.meta.url))
const compose = [
  '/usr/libexec/docker/cli-plugins/docker-compose',
  '/opt/dray-engine/root/usr/libexec/docker/cli-plugins/docker-compose',
  '/usr/lib/docker/cli-plugins/docker-compose',
]

const NOTHING = {
  tookMs: 0,
  peakBytes: 0,
  descriptors: 0,
  processes: 0,
  slowestMs: 0,
  allMs: 0,
  nodeMs: 0,
  childrenMs: 0,
  hostsMs: 0,
}

type Cost = {
  tookMs: number
  peakBytes: number
  descriptors: number
  processes: number
  /** The sum of the steps of the slowest host, and of all hosts. */
  slowestMs: number
  allMs: number
  /** Processor time of Node, of the processes that it starts, mostly ssh, and of the hosts' sshd with what it started. */
  nodeMs: number
  childrenMs: number
  hostsMs: number
}

if (process.env[INSIDE] === undefined) {
  const argv = ['--net', '--mount', process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  const { status } = spawnSync('unshare', argv, { stdio: 'inherit', env: { ...process.env, [INSIDE]: '1' } })
  process.exitCode = status ?? 1
} else await main()

async function main(): Promise<void> {
  spawnSync('ip', ['link', 'set', 'lo', 'up'])
  const rows: string[][] = []
  const asked = process.argv.slice(2).map(Number).filter(Number.isInteger)
  for (const count of asked.length > 0 ? asked : [1, 10, 50]) {
    await using cpu = countCpu()
    await using hosts = await startManyHosts(count, {
      compose: compose.find(exists) ?? 'docker-compose',
      counted: (argv) => cpu.counted('hosts', argv),
    })
    const deploy = (tag: string): Promise<Cost> =>
      run(hosts, cpu, ['deploy', 'bench', '--tag', tag, '--json'])
    await deploy('v1')
    const changed = await deploy('v2')
    const unchanged = await deploy('v2')
    rows.push(rowOf(`${count}`, 'a new release', changed), rowOf('', 'nothing changed', unchanged))
  }
  const head = [
    'hosts',
    'deploy',
    'takes',
    'steps of the slowest host',
    'steps of all hosts',
    'memory of dray',
    'its file descriptors',
    'its processes',
    'processor time of dray',
    'of its processes',
    'of the hosts',
  ]
  const table = renderTable(head, rows)
  console.log(table)
  if (process.argv.includes('--write')) await writeTables(new Map([['hosts', table]]))
}

function exists(path: string): boolean {
  try {
    readFileSync(path)
    return true
  } catch {
    return false
  }
}

function rowOf(hosts: string, what: string, cost: Cost): string[] {
  const seconds = (ms: number): string => (ms === 0 ? '' : `${(ms / 1000).toFixed(1)} s`)
  return [
    hosts,
    what,
    seconds(cost.tookMs),
    seconds(cost.slowestMs),
    seconds(cost.allMs),
    `${Math.round(cost.peakBytes / 1024 ** 2)} MiB`,
    String(cost.descriptors),
    String(cost.processes),
    seconds(cost.nodeMs),
    seconds(cost.childrenMs),
    seconds(cost.hostsMs),
  ]
}

async function run(
  { directory, environment }: ManyHosts,
  cpu: CpuCount,
  args: readonly string[],
): Promise<Cost> {
  const [clientBeforeMs, hostsBeforeMs] = [cpu.readMs('client'), cpu.readMs('hosts')]
  const startedAtMs = performance.now()
  const [program = '', ...counted] = cpu.counted('client', [dray, ...args])
  const child = spawn(program, counted, { cwd: directory, env: { ...process.env, ...environment } })
  const cost: Cost = { ...NOTHING }
  const timer = setInterval(() => sample(child.pid ?? 0, cost), 20)
  const byHost = new Map<string, number>()
  const hostOf = new Map<number, string>()
  let failure = ''
  child.stderr.on('data', (chunk: Buffer) => (failure += chunk.toString()))
  createInterface({ input: child.stdout }).on('line', (line) => {
    const event = JSON.parse(line) as DeployEvent
    if (event.type === 'step.started') hostOf.set(event.stepId, event.host)
    if (event.type === 'failed')
      failure = `${event.failure.message} ${event.failure.details.problems?.join('\n') ?? ''}`
    if (event.type !== 'step.finished') return
    const host = hostOf.get(event.stepId) ?? ''
    byHost.set(host, (byHost.get(host) ?? 0) + event.durationMs)
  })
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve))
  clearInterval(timer)
  if (exitCode !== 0) throw new Error(`dray ${args.join(' ')} ended with ${exitCode}: ${failure}`)
  cost.tookMs = performance.now() - startedAtMs
  cost.slowestMs = Math.max(0, ...byHost.values())
  cost.allMs = [...byHost.values()].reduce((sum, it) => sum + it, 0)
  cost.childrenMs = cpu.readMs('client') - clientBeforeMs - cost.nodeMs
  cost.hostsMs = cpu.readMs('hosts') - hostsBeforeMs
  return cost
}

/** Reads /proc; the program that was started may be a shell that has become Node. */
function sample(pid: number, cost: Cost): void {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const peak = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024
    cost.peakBytes = Math.max(cost.peakBytes, peak)
    cost.descriptors = Math.max(cost.descriptors, readdirSync(`/proc/${pid}/fd`).length)
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // User and system time, in hundredths of a second: proc_pid_stat(5).
    const [user = 0, system = 0] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
      .map(Number)
    cost.nodeMs = (user + system) * 10
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/)
    cost.processes = Math.max(cost.processes, children.filter((it) => it !== '').length)
  } catch {
    // It has ended.
  }
}
