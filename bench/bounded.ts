import { bar } from './bar.ts'
import { renderBytes } from '../src/shared/bytes.ts'
import { pushVersion } from '../test/support/images/push-version.ts'
import { measureGrowth, type Grown } from '../test/support/measure-growth.ts'
import type { BenchNetwork } from './bench-network.ts'
import { renderTable } from './render-table.ts'
import { appDirectory, resetServer, type Stage } from './stage.ts'
import { ways, type Way } from './ways.ts'

const deploysPerRun = 20
/** A line of the chart stands for so many deploys. */
const chartStep = 10
const layerBytes = 2_000_000
const barColumns = 20

/** How the server's disk grows with the number of deploys, each of a version with a layer of its own. */
export async function measureBounded(
  network: BenchNetwork,
  runs: number,
  say: (line: string) => void,
): Promise<string> {
  const deploys = runs * deploysPerRun
  const tags = Array.from({ length: deploys }, (_, index) => `grown-${index + 1}`)
  for (const tag of tags) {
    const image = { repository: 'acme/shop-backend', from: 'v1', tag, bytes: layerBytes }
    await pushVersion({ pushHost: network.net.registry.pushHost, ...image })
  }
  const curves = new Map<Way, Grown[]>()
  const compared = [
    ways.script,
    ways.upWait,
    ...(network.rollout === undefined ? [] : [ways.rollout]),
    ways.dray,
  ]
  for (const way of compared) {
    curves.set(way, await deployAll({ network, way, tags, say }))
  }
  return [
    `### ${deploys} deploys in a row, each with ${renderBytes(layerBytes)} of its own`,
    `Docker's data root without the logs of containers, after each tenth deploy.`,
    `\`\`\`\n${renderChart(curves)}\n\`\`\``,
    renderTable(['after the last', ...[...curves.keys()].map(({ title }) => title)], renderEnd(curves)),
  ].join('\n\n')
}

type Request = {
  network: BenchNetwork
  way: Way
  tags: readonly string[]
  say: (line: string) => void
}

async function deployAll({ network, way, tags, say }: Request): Promise<Grown[]> {
  const form = { intervalSeconds: 1, backendOnly: true }
  const stage: Stage = { ...network, place: 'ssh', form, withTasks: false }
  await resetServer(stage)
  const measured: Grown[] = []
  for (const [index, tag] of tags.entries()) {
    // Not every way can begin: docker-rollout takes care of services that run.
    const put = index === 0 ? way.serve : way.deploy
    const { exitCode, stdout, stderr } = await put(stage, tag)
    if (exitCode !== 0) throw new Error(`${way.name} failed with ${tag}: ${stderr}${stdout}`)
    measured.push(await measureGrowth({ server: network.server, path: appDirectory }))
    const { images, dockerBytes } = measured.at(-1) as Grown
    say(`bounded ${way.name} ${tag}: ${renderBytes(dockerBytes)}, ${images} images`)
  }
  return measured
}

function renderChart(curves: ReadonlyMap<Way, readonly Grown[]>): string {
  const most = Math.max(...[...curves.values()].flat().map(({ dockerBytes }) => dockerBytes))
  const deploys = Math.max(...[...curves.values()].map(({ length }) => length))
  const shown = [1, ...Array.from({ length: deploys / chartStep }, (_, index) => (index + 1) * chartStep)]
  const cell = (grown: Grown | undefined): string => {
    const bytes = grown?.dockerBytes ?? 0
    return `${bar(bytes / most, barColumns)} ${renderBytes(bytes).padStart(7)}`
  }
  const heading = [...curves.keys()].map(({ title }) => title.replaceAll('`', '').padEnd(barColumns + 8))
  return [
    `deploys  ${heading.join('  ')}`.trimEnd(),
    ...shown.map((count) =>
      [String(count).padStart(7), ...[...curves.values()].map((curve) => ` ${cell(curve[count - 1])}`)].join(
        ' ',
      ),
    ),
  ].join('\n')
}

function renderEnd(curves: ReadonlyMap<Way, readonly Grown[]>): string[][] {
  const ends = [...curves.values()].map((curve) => curve.at(-1))
  const rows: [string, (grown: Grown) => string][] = [
    ['images of the backend', ({ backendImages }) => String(backendImages)],
    ['images', ({ images }) => String(images)],
    ['containers', ({ containers }) => String(containers)],
    ['volumes', ({ volumes }) => String(volumes)],
    ["the app's directory, with records and journal", ({ appBytes }) => renderBytes(appBytes)],
  ]
  return rows.map(([what, tell]) => [what, ...ends.map((end) => (end === undefined ? '–' : tell(end)))])
}
