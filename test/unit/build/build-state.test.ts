import { expect, test } from 'vitest'
import { createBuildState } from '../../../src/build/build-state.ts'

const vertex = (name: string, more: object = {}) =>
  JSON.stringify({ vertexes: [{ digest: name, name, ...more }] })
const started = '2026-11-23T19:00:00Z'
const completed = '2026-11-23T19:00:02Z'

test.each<[string, string[], object]>([
  [
    '[backend stage-1 3/6] RUN npm ci',
    ['backend', 'web'],
    { target: 'backend', title: 'RUN npm ci', place: { number: 3, of: 6 } },
  ],
  ['[3/6] RUN npm ci', ['app'], { target: 'app', title: 'RUN npm ci', place: { number: 3, of: 6 } }],
  [
    '[web] exporting to image',
    ['backend', 'web'],
    { target: 'web', title: 'exporting to image', place: undefined },
  ],
  ['[internal] load local bake definitions', ['backend', 'web'], { target: undefined, place: undefined }],
])('reads %s', (name, targets, step) => {
  const deployState = createBuildState(targets)
  deployState.take(vertex(name))
  expect([...deployState.steps.values()]).toMatchObject([step])
})

test('reports the start, output and end of a step once', () => {
  const deployState = createBuildState(['app'])
  const run = '[1/1] RUN x'
  const kinds = [
    vertex(run),
    vertex(run, { started }),
    JSON.stringify({ logs: [{ vertex: run, data: Buffer.from('a\nb').toString('base64') }] }),
    vertex(run, { started, completed, cached: true }),
    vertex(run, { started, completed }),
  ].map((line) => deployState.take(line).map((it) => (it.kind === 'printed' ? it.line : it.kind)))
  expect(kinds).toEqual([[], ['started'], ['a'], ['finished'], []])
  expect([...deployState.steps.values()][0]).toMatchObject({
    isCached: true,
    finishedAtMs: Date.parse(completed),
  })
})

test('keeps lines that are not progress', () => {
  const deployState = createBuildState(['app'])
  expect(deployState.take('ERROR: no')).toEqual([])
  expect(deployState.said).toEqual(['ERROR: no'])
})
