import { expect, test } from 'vitest'
import { fewAtOnce } from '../../../src/shared/few-at-once.ts'

test('runs all, and never more than allowed at a time', async () => {
  let now = 0
  let most = 0
  const done: number[] = []
  await fewAtOnce(3, [1, 2, 3, 4, 5, 6, 7], async (item) => {
    now += 1
    most = Math.max(most, now)
    await new Promise((resolve) => setImmediate(resolve))
    now -= 1
    done.push(item)
  })
  expect(most).toBe(3)
  expect(done).toEqual([1, 2, 3, 4, 5, 6, 7])
})

test('after a failure those that run end, and no other begins', async () => {
  const ended: string[] = []
  const act = async (item: string): Promise<void> => {
    if (item === 'bad') throw new Error('refused')
    await new Promise((resolve) => setImmediate(resolve))
    ended.push(item)
  }
  await expect(fewAtOnce(2, ['slow', 'bad', 'never'], act)).rejects.toThrow('refused')
  expect(ended).toEqual(['slow'])
})
