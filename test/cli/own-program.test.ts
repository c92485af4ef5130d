import { expect, test } from 'vitest'
import { classifyProgram, findOwnProgram } from '../../src/cli/command/own-program.ts'

test.each([
  ['/root/.npm/_npx/3f2a1c9/node_modules/dray/dist/dray.mjs', '/root/.npm/_npx/3f2a1c9/node_modules/dray'],
  ['/usr/lib/node_modules/dray/dist/dray.mjs', '/usr/lib/node_modules/dray'],
  [
    '/app/node_modules/.pnpm/dray@1.2.3/node_modules/dray/dist/dray.mjs',
    '/app/node_modules/.pnpm/dray@1.2.3/node_modules/dray',
  ],
])('%s is the npm package', (file, directory) => {
  expect(classifyProgram(file, false)).toEqual({ kind: 'npm', directory })
})

test.each(['/app/tools/dray.mjs', '/runner/_actions/acme/dray/v1/dist/dray.mjs', '/clone/dist/dray.mjs'])(
  '%s is a file',
  (file) => {
    expect(classifyProgram(file, false)).toEqual({ kind: 'file', path: file })
  },
)

test('an executable is one wherever it is', () => {
  const path = '/app/node_modules/dray/dist/dray.mjs'
  expect(classifyProgram(path, true)).toEqual({ kind: 'executable', path })
})

test('the sources name the bundle of their clone', () => {
  expect(findOwnProgram()).toMatchObject({
    kind: 'sources',
    bundle: expect.stringMatching(/\/dist\/dray\.mjs$/) as string,
  })
})
