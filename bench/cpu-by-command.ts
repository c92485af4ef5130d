import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { mustRun } from '../test/support/net/run-command.ts'
import type { BenchNetwork } from './bench-network.ts'
import { attributeSamples, type CpuPart, type CpuShare } from './cpu-samples.ts'
import { renderWhen } from './machine.ts'
import { renderTable } from './render-table.ts'
import { resetServer, untilServes, type Stage } from './stage.ts'
import { spreadOf } from './statistics.ts'
import { ways, type Way } from './ways.ts'

type Request = { network: BenchNetwork; runs: number; say: (line: string) => void }
type Column = { title: string; way: Way; to: string; runs: (readonly CpuShare[])[] }

/** Samples per second: often enough for processes that live for some milliseconds, and not a whole fraction of a second. */
const frequencyHz = 1999
const parts: readonly { part: CpuPart; title: string }[] = [
  { part: 'client', title: 'client' },
  { part: 'server', title: 'server' },
  { part: 'containers', title: 'in containers' },
]
/** Commands with less than this in every column are one row. */
const smallMs = 15

/**
 * Which commands use the processor during a deploy and when nothing changed, without load: a Markdown table of
 * milliseconds, medians of the runs. perf samples all processors. Throws if perf is missing.
 */
export async function measureCpuByCommand({ network, runs, say }: Request): Promise<string> {
  const changed = [ways.upWait, ways.handwritten, ways.dray]
  const columns: Column[] = [
    ...changed.map((way) => ({ title: `${way.title}: v1 → v2`, way, to: 'v2', runs: [] })),
    ...[ways.upWait, ways.dray].map((way) => ({
      title: `${way.title}: nothing to change`,
      way,
      to: 'v1',
      runs: [],
    })),
  ]
  for (let run = 1; run <= runs; run += 1) {
    for (const column of columns) {
      column.runs.push(await recordDeploy(network, column))
      say(`cpu-by-command ${run}/${runs} ${column.title}`)
    }
  }
  const title =
    '### which commands use the processor, in milliseconds, over SSH, health check every 1 s, without load'
  return [title, renderWhen(runs), renderColumns(columns)].join('\n\n')
}

async function recordDeploy(network: BenchNetwork, { way, to }: Column): Promise<CpuShare[]> {
  const stage: Stage = { ...network, place: 'ssh', form: { intervalSeconds: 1 }, withTasks: false }
  await resetServer(stage)
  await mustServe(way.serve(stage, 'v1'))
  await untilServes(stage, 'v1')
  // The first deploy of the same version may still have something to do; the second has not.
  if (to === 'v1') await mustServe(way.deploy(stage, to))
  // What the deploys before left to do, such as the removal of containers' files.
  await sleep(2000)
  const directory = await mkdtemp('/tmp/dray-bench-perf-')
  try {
    const file = join(directory, 'perf.data')
    const recorder = ['record', '-q', '-F', `${frequencyHz}`, '-e', 'cpu-clock', '-a', '-o', file]
    const perf = spawn('perf', recorder, { stdio: ['ignore', 'ignore', 'inherit'] })
    await once(perf, 'spawn')
    await sleep(500)
    await mustServe(way.deploy(stage, to))
    const ended = once(perf, 'exit')
    perf.kill('SIGINT')
    await ended
    const fields = ['-F', 'comm,pid,tid,event', '--show-task-events']
    const script = await mustRun(['perf', 'script', '-i', file, ...fields], { timeoutMs: 120_000 })
    const [server] = network.net.facts.servers
    return attributeSamples(script.split('\n'), {
      benchPid: process.pid,
      serverPid: server?.pid ?? 0,
      sampleMs: 1000 / frequencyHz,
    })
  } finally {
    await rm(directory, { recursive: true })
  }
}

async function mustServe(running: ReturnType<Way['deploy']>): Promise<void> {
  const { exitCode, stdout, stderr } = await running
  if (exitCode !== 0) throw new Error(`The deploy failed: ${stderr}${stdout.slice(-2000)}`)
}

function renderColumns(columns: readonly Column[]): string {
  const rows = parts.flatMap(({ part, title }) => {
    const commands = [
      ...new Set(
        columns
          .flatMap(({ runs }) => runs.flat())
          .filter((share) => share.part === part)
          .map(({ command }) => command),
      ),
    ]
    const figures = commands.map((command) => ({
      command,
      values: columns.map((column) => medianOf(column, part, [command])),
    }))
    const large = figures
      .filter(({ values }) => values.some((value) => value >= smallMs))
      .sort((a, b) => Math.max(...b.values) - Math.max(...a.values))
    const small = commands.filter((command) => !large.some((figure) => figure.command === command))
    return [
      [`**${title}**`, ...columns.map((column) => `**${show(medianOf(column, part, commands))}**`)],
      ...large.map(({ command, values }) => [command, ...values.map(show)]),
      ...(small.length === 0
        ? []
        : [['others', ...columns.map((column) => show(medianOf(column, part, small)))]]),
    ]
  })
  return renderTable(['', ...columns.map(({ title }) => title)], rows)
}

const show = (ms: number): string => (ms < 1 ? '–' : ms.toFixed(0))

function medianOf({ runs }: Column, part: CpuPart, commands: readonly string[]): number {
  const sums = runs.map((shares) =>
    shares
      .filter((share) => share.part === part && commands.includes(share.command))
      .reduce((sum, { ms }) => sum + ms, 0),
  )
  return spreadOf(sums)?.median ?? 0
}
