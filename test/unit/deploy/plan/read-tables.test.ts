import { expect, test } from 'vitest'
import type { Container } from '../../../../src/deploy/model/container.ts'
import { readTables } from '../../../../src/deploy/plan/observe/read-tables.ts'

const container = (id: string, pid?: number): Container =>
  ({ id, state: 'running', oneOff: false, ...(pid !== undefined && { pid }) }) as Container

test('a container is read in itself only if the host does not show its process', async () => {
  const read: string[] = []
  const tables = await readTables([container('a', 7), container('b', 8), container('c')], {
    prober: {
      networkTables: async (asked) => new Map(asked.some(({ pid }) => pid === 7) ? [['a', 'of a']] : []),
    },
    engine: {
      exec: async (id, _argv, options) => {
        read.push(id)
        options?.onLine?.(`inside ${id}`)
        return { exitCode: 0, output: '' }
      },
    },
  })
  expect(Object.fromEntries(tables)).toEqual({ a: 'of a', b: 'inside b', c: 'inside c' })
  expect(read).toEqual(['b', 'c'])
})

test('one that has ended meanwhile has an empty table, and one that does not run has none', async () => {
  const engine = { exec: () => Promise.reject(new Error('it is not running')) }
  const prober = { networkTables: async () => new Map<string, string>() }
  const exited = { ...container('d'), state: 'exited' as const }
  expect(await readTables([container('a'), exited], { engine, prober })).toEqual(new Map([['a', '']]))
})
