import { expect, test } from 'vitest'
import { healthWords } from '../../../../src/ui/page/health-words.ts'
import type { ContainerTimes } from '../../../../src/ui/page/model.ts'

type Health = ContainerTimes[number][3]

/** Measurements five seconds apart. */
const measured = (...parts: readonly (readonly [health: Health, count: number])[]): ContainerTimes =>
  parts
    .flatMap(([health, count]) => Array.from({ length: count }, () => health))
    .map((health, index) => [1_000_000 + index * 5_000, 1, 1, health] as const)

test('the health over time is said in words: for how long it was what', () => {
  expect(healthWords(measured(['healthy', 84], ['unhealthy', 36]))).toEqual(['unhealthy for 3 of 10 min'])
  expect(healthWords(measured(['healthy', 60], ['starting', 10], ['unhealthy', 50]))).toEqual([
    'unhealthy for 4 of 10 min',
    'starting for 50 s of 10 min',
  ])
  expect(healthWords(measured(['starting', 1], ['healthy', 3]))).toEqual(['starting for 5 of 20 s'])
  expect(healthWords(measured(['healthy', 120]))).toEqual(['healthy for 10 min'])
  expect(healthWords(measured(['unhealthy', 120]))).toEqual(['unhealthy for 10 min'])
})

test('a container without a check says so, also one that has one for a part of the time', () => {
  expect(healthWords(measured(['none', 120]))).toEqual(['no check'])
  expect(healthWords(measured(['none', 60], ['healthy', 60]))).toEqual(['healthy for 5 of 10 min'])
})

test('nothing is said of one measurement, nor of the time in which nothing was measured', () => {
  expect(healthWords([])).toEqual([])
  expect(healthWords(measured(['healthy', 1]))).toEqual([])
  const [first, second] = measured(['healthy', 2])
  const late = [first![0] + 3_600_000, 1, 1, 'unhealthy'] as const
  expect(healthWords([first!, second!, late])).toEqual(['unhealthy for 20 of 30 s'])
})
