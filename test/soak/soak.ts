/**
 * Follows the logs of an app on the page of `dray ui` for a long time, and prints the memory of the page and of dray meanwhile: it must
 * not grow once the page keeps no more lines. Before that, it measures how fast the page loads.
 *
 *   npm run soak [-- --minutes 60 --rate 200]    rate: lines per second
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { CDPSession, Page } from 'playwright-core'
import { specCompose } from '../support/app/spec-compose.ts'
import { TestApp } from '../support/app/test-app.ts'
import { measureLoad, medianOf } from '../support/browser/measure-load.ts'
import { openUiPage, type UiPage } from '../support/browser/ui-page.ts'
import { prepareImages } from '../support/images/prepare.ts'
import { startTestNet, type TestNet } from '../support/net/test-net.ts'

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '60' }, rate: { type: 'string', default: '200' } },
})
const minutes = Number(values.minutes)
const rate = Number(values.rate)
const LOADS = 10
const PORT = 8198
/** What counts as growth of memory between the middle and the end. */
const MOST_GROWTH = 1.15

type Sample = { minute: number; lines: string; pageMb: number; drayMb: number }

async function main(): Promise<number> {
  await using net = await startTestNet({ servers: { srv1: {} } })
  await prepareImages({ registryPushHost: net.registry.pushHost })
  const server = net.server('srv1')
  await using app = await TestApp.make({
    net,
    server,
    name: 'soaked',
    port: PORT,
    files: { 'docker-compose.yml': specCompose(PORT) },
  })
  await app.mustDeploy('v1')
  await using seen = await openUiPage(app, net.client.entering(), { lastsMs: (minutes + 10) * 60_000 })
  await printLoads(seen)
  await startWriting(app)
  await seen.show('/test/logs')
  await seen.page.locator('.log-line').first().waitFor()
  const samples = await followFor(seen, net)
  const isFlat = printEnd(samples)
  return isFlat ? 0 : 1
}

async function printLoads(seen: UiPage): Promise<void> {
  const loads = []
  while (loads.length < LOADS) loads.push(await measureLoad(seen))
  const [{ requests, bytes } = { requests: 0, bytes: 0 }] = loads
  const loadedMs = medianOf(loads.map((it) => it.loadedMs))
  const paintedMs = medianOf(loads.map((it) => it.paintedMs))
  console.log(
    `The page: ${requests} requests, ${(bytes / 1000).toFixed(1)} kB; median of ${LOADS} loads: ` +
      `loaded after ${loadedMs.toFixed(0)} ms, painted after ${paintedMs.toFixed(0)} ms.`,
  )
}

/** A container writes lines until it is removed. */
async function startWriting(app: TestApp): Promise<void> {
  const [id = ''] = await app.containerIds('backend')
  const some = `seq 1 ${Math.ceil(rate / 2)} | sed 's/.*/GET \\/api\\/articles?page=& 200 in 12 ms/'`
  const script = `while :; do ${some}; sleep 0.5; done > /proc/1/fd/1`
  await app.server.docker('exec', '-d', id, 'sh', '-c', script)
}

async function followFor({ context, page }: UiPage, net: TestNet): Promise<Sample[]> {
  const session = await context.newCDPSession(page)
  const samples: Sample[] = []
  for (let minute = 0; minute <= minutes; minute += 1) {
    if (minute > 0) await sleep(60_000)
    const sample = await takeSample({ minute, page, session, net })
    samples.push(sample)
    console.log(
      `minute ${minute}: page ${sample.pageMb.toFixed(1)} MB, dray ${sample.drayMb.toFixed(0)} MB; ${sample.lines}`,
    )
  }
  return samples
}

type Sampled = { minute: number; page: Page; session: CDPSession; net: TestNet }

async function takeSample({ minute, page, session, net }: Sampled): Promise<Sample> {
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  const lines = await page.locator('.counts').innerText()
  return { minute, lines, pageMb: usedSize / 1e6, drayMb: await residentMb(net) }
}

const RESIDENT = `for it in /proc/[0-9]*; do
  tr '\\0' ' ' < "$it/cmdline" 2>/dev/null | grep -q 'dray[^ ]* ui ' && sed -n 's/^VmRSS:[^0-9]*\\([0-9]*\\) kB/\\1/p' "$it/status"
done | sort -n | tail -1`

/** Resident memory of `dray ui`. */
async function residentMb(net: TestNet): Promise<number> {
  const { stdout } = await net.client.run(['sh', '-c', RESIDENT])
  return Number(stdout) / 1000
}

/** Prints the start, the middle and the end; whether nothing grew between the last two. */
function printEnd(samples: readonly Sample[]): boolean {
  const [start, middle, end] = [samples[0], samples[Math.floor(samples.length / 2)], samples.at(-1)]
  if (start === undefined || middle === undefined || end === undefined) return false
  for (const [name, { minute, pageMb, drayMb }] of Object.entries({ start, middle, end }))
    console.log(
      `${name.padEnd(6)}  minute ${minute}  page ${pageMb.toFixed(1)} MB  dray ${drayMb.toFixed(0)} MB`,
    )
  const isFlat = end.pageMb <= middle.pageMb * MOST_GROWTH && end.drayMb <= middle.drayMb * MOST_GROWTH
  console.log(isFlat ? 'Memory is flat.' : 'Memory grows.')
  return isFlat
}

process.exitCode = await main()
