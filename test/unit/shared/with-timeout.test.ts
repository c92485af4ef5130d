import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { withTimeout } from '../../../src/shared/with-timeout.ts'

const never = new Promise<never>(() => undefined)

test("gives the promise's result or error, or the alternative after the timeout", async () => {
  expect(await withTimeout(Promise.resolve('in time'), 1_000, 'late')).toBe('in time')
  await expect(withTimeout(Promise.reject(new Error('broken')), 1_000, 'late')).rejects.toThrow('broken')
  expect(await withTimeout(never, 10, 'late')).toBe('late')
})

test('keeps no process alive once the promise has settled', () => {
  const module = fileURLToPath(new URL('../../../src/shared/with-timeout.ts', import.meta.url))
  const script = `import { withTimeout } from ${JSON.stringify(module)}; await withTimeout(Promise.resolve(), 600_000)`
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    timeout: 60_000,
  })
  expect(status).toBe(0)
})
