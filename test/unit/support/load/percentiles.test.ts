import { expect, test } from 'vitest'
import { percentiles } from '../../../support/load/load-report.ts'

test('gives the nearest rank, whatever the order of the values', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect(percentiles(values)).toEqual({ median: 50, p90: 90, p99: 99, max: 100 })
})

test('gives the one value there is', () => {
  expect(percentiles([7])).toEqual({ median: 7, p90: 7, p99: 7, max: 7 })
})

test('gives zeros when nothing was answered', () => {
  expect(percentiles([])).toEqual({ median: 0, p90: 0, p99: 0, max: 0 })
})
