import { expect, test } from 'vitest'
import { createBuildState } from '../../../../../src/build/build-state.ts'
import { createPlainBuildProgress } from '../../../../../src/ui/reporters/build-progress.ts'
import { createTerminalStyle } from '../../../../../src/ui/terminal/terminal-style.ts'
import { renderBuildLines } from '../../../../../src/ui/render/results/render-build.ts'
import { systemClock } from '../../../../../src/shared/clock.ts'

const targets = ['backend', 'web']
const style = createTerminalStyle({ env: { LANG: 'C.UTF-8' }, isTTY: false })
const at = (seconds: number): string => new Date(seconds * 1000).toISOString()
const line = (name: string, more: object): string =>
  JSON.stringify({ vertexes: [{ digest: name, name, ...more }] })
const lines = [
  line('[backend 1/2] FROM node', { started: at(0), completed: at(1), cached: true }),
  line('[backend 2/2] RUN npm ci && \\\n  npm run build', { started: at(1) }),
  JSON.stringify({
    logs: [
      {
        vertex: '[backend 2/2] RUN npm ci && \\\n  npm run build',
        data: Buffer.from('built\n').toString('base64'),
      },
    ],
  }),
  line('[web 1/1] FROM node', { started: at(0), completed: at(2) }),
  line('[web] exporting to image', { started: at(2), completed: at(4) }),
]

test('a line for each image says how far it is', () => {
  const deployState = createBuildState(targets)
  for (const it of lines) deployState.take(it)
  const drawn = renderBuildLines(targets, [...deployState.steps.values()], { style, columns: 60, now: 5000 })
  expect(drawn.map((it) => it.slice(1).trimEnd())).toEqual([
    ' backend  ██████░░░░░░  2/2 RUN npm ci && \\           5.0 s',
    ' web      ████████████                                4.0 s',
  ])
})

test('in a log, prints a line for each finished step, and labels its output', () => {
  const deployState = createBuildState(targets)
  let written = ''
  const stream = { write: (text: string) => (written += text) }
  const progress = createPlainBuildProgress({
    stream,
    style,
    clock: systemClock,
    targets,
    deployState,
    clean: String,
  })
  for (const it of lines) progress.show(deployState.take(it))
  expect(written.split('\n')).toEqual([
    'backend 1/2 FROM node  cached',
    'backend │ built',
    'web 1/1 FROM node  2.0 s',
    'web exporting to image  2.0 s',
    '',
  ])
})
