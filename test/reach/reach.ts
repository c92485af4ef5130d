/**
 * Measures whether dray keeps its promise with apps as people have them: for each shape of a file an app is made, started by
 * hand, adopted, replaced, broken and rolled back, under load. docs/reach.md says what is done and keeps the results.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeParts } from '../../bench/readme-tables.ts'
import { renderLine, renderReach, renderSums } from './render-reach.ts'
import type { ShapeResult } from './run-shape.ts'
import { runShape } from './run-shape.ts'
import { readShapes, type Shape } from './shape.ts'
import { startReachNet } from './reach-net.ts'

const { values } = parseArgs({
  options: {
    shapes: { type: 'string', default: join(import.meta.dirname, 'shapes.json') },
    only: { type: 'string', default: '' },
    servers: { type: 'string', default: '2' },
    json: { type: 'string' },
    resume: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    front: { type: 'boolean', default: false },
    user: { type: 'string', default: 'deploy' },
    keep: { type: 'string' },
  },
})
process.exitCode = await main()

async function main(): Promise<number> {
  const all = await readShapes(values.shapes)
  const only = values.only.split(',').filter((id) => id !== '')
  const unknown = only.find((id) => !all.some((shape) => shape.id === id))
  if (unknown !== undefined) {
    console.error(`There is no shape ${unknown}; there are ${all.map(({ id }) => id).join(', ')}.`)
    return 2
  }
  const shapes = all.filter(({ id }) => only.length === 0 || only.includes(id))
  const results = await measure(shapes)
  const text = renderReach(results)
  console.log(text)
  if (values.write) await writeParts('docs/reach.md', 'reach', new Map([['results', text]]))
  return results.every(({ verdict }) => verdict !== 'lied' && verdict !== 'crashed') ? 0 : 1
}

/** The largest first, so that none of them is left for the end; the results are in the order of the file. */
async function measure(shapes: readonly Shape[]): Promise<ShapeResult[]> {
  const count = Math.min(Number(values.servers), shapes.length)
  await using net = await startReachNet(count, (line) => console.error(`- ${line}`))
  const { front, user, keep } = values
  if (keep !== undefined) await mkdir(keep, { recursive: true })
  const options = { front, user, ...(keep !== undefined && { keep }) }
  const results = values.resume ? await readResults(shapes) : []
  const waiting = shapes
    .filter(({ id }) => !results.some((it) => it.id === id))
    .sort((a, b) => b.services.length - a.services.length)
  await Promise.all(
    net.servers.map(async (server) => {
      for (let shape = waiting.shift(); shape !== undefined; shape = waiting.shift()) {
        const result = await runShape(shape, { net, server, ...options })
        results.push(result)
        // After each, so that an interrupted run keeps its results.
        if (values.json !== undefined)
          await writeFile(values.json, `${JSON.stringify(results, undefined, 1)}\n`)
        console.error(`${results.length}/${shapes.length}  ${renderLine(result)}`)
      }
    }),
  )
  console.error(renderSums(results))
  const order = shapes.map(({ id }) => id)
  return results.sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id))
}

/** Results that an earlier run left in the file of `--json`. */
async function readResults(shapes: readonly Shape[]): Promise<ShapeResult[]> {
  if (values.json === undefined)
    throw new Error('--resume needs --json FILE, with the results of an earlier run.')
  const earlier = JSON.parse(await readFile(values.json, 'utf8')) as ShapeResult[]
  return earlier.filter(({ id }) => shapes.some((it) => it.id === id))
}
