import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cloneDirectory } from '../test/support/net/machine.ts'
import { testToken } from '../test/support/net/registry.ts'
import { mustRun, type RunningCommand } from '../test/support/net/run-command.ts'
import type { BenchNetwork } from './bench-network.ts'
import { renderTable } from './render-table.ts'
import { resetServer } from './stage.ts'
import { renderMilliseconds, spreadOf } from './statistics.ts'

const startRuns = 30
const dray = join(cloneDirectory, 'bin/dray')

/** How long `dray --version` takes beside a bare Node, in turns, on a machine that does nothing else. */
export async function measureStart(): Promise<string> {
  const ways = [
    { title: '`node -e 0`', argv: [process.execPath, '-e', '0'], tookMs: [] as number[] },
    { title: '`dray --version`', argv: [process.execPath, dray, '--version'], tookMs: [] as number[] },
  ]
  for (let run = 0; run < startRuns; run += 1) {
    for (const { argv, tookMs } of ways) {
      const startedAt = performance.now()
      await mustRun(argv)
      tookMs.push(performance.now() - startedAt)
    }
  }
  const [bare, started] = ways.map(({ tookMs }) => spreadOf(tookMs)?.median ?? 0)
  const rows = ways.map(({ title, tookMs }) => [title, renderMilliseconds(tookMs)])
  const more = ['more than bare Node', `${((started ?? 0) - (bare ?? 0)).toFixed(0)} ms`]
  return `### start, ${startRuns} runs\n\n${renderTable(['', 'takes'], [...rows, more])}`
}

/** What dray needs of the machine it runs on: memory at its most in a deploy over SSH, and size of what is installed. */
export async function measureFootprint(network: BenchNetwork, runs: number): Promise<string> {
  const peaks: number[] = []
  for (let run = 0; run < runs; run += 1) peaks.push(await peakMemoryOfDeploy(network))
  const installed = await packedSize()
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(2)} MB`
  const peak = spreadOf(peaks)
  const rows = [
    [
      'memory of the client in a deploy over SSH, at its most',
      peak === undefined
        ? '–'
        : `${megabytes(peak.median)} (${megabytes(peak.min)}–${megabytes(peak.max)}), without its \`ssh\``,
    ],
    ['the package, as npm fetches it', megabytes(installed.packedBytes)],
    ['the package, installed; it has no dependencies', megabytes(installed.unpackedBytes)],
    ['of that, the program', megabytes((await stat(join(cloneDirectory, 'dist/dray.mjs'))).size)],
  ]
  return `### what it needs\n\n${renderTable(['', ''], rows)}`
}

async function peakMemoryOfDeploy(network: BenchNetwork): Promise<number> {
  const { net, clientDirectory } = network
  await resetServer({ ...network, place: 'ssh', form: { intervalSeconds: 1 }, withTasks: false })
  const env = { GITHUB_TOKEN: testToken, GITHUB_ACTOR: 'octocat' }
  const options = { cwd: clientDirectory, env }
  await net.client.run(['dray', 'deploy', 'ssh', '--tag', 'v1', '--json'], options)
  const running = net.client.start(['dray', 'deploy', 'ssh', '--tag', 'v2', '--json'], options)
  const [peakBytes, { exitCode, stdout }] = await Promise.all([watchPeak(running), running.done])
  if (exitCode !== 0) throw new Error(`The deploy failed: ${stdout.slice(-2000)}`)
  return peakBytes
}

/** Bytes of memory at the most: the kernel's own high-water mark, read again and again as it goes with the process. https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
export async function watchPeak({ pid, done }: RunningCommand): Promise<number> {
  let peakBytes = 0
  const over = new AbortController()
  void done.finally(() => over.abort())
  for (;;) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
    const kilobytes = Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0)
    peakBytes = Math.max(peakBytes, kilobytes * 1024)
    if (over.signal.aborted) return peakBytes
    await sleep(20)
  }
}

async function packedSize(): Promise<{ packedBytes: number; unpackedBytes: number }> {
  const printed = await mustRun(['npm', 'pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: cloneDirectory,
  })
  const [packed] = JSON.parse(printed) as { size: number; unpackedSize: number }[]
  if (packed === undefined) throw new Error('npm pack said nothing.')
  return { packedBytes: packed.size, unpackedBytes: packed.unpackedSize }
}
