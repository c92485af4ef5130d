import { expect, test } from 'vitest'
import { trackPull } from '../../../../src/adapters/docker/pull-progress.ts'

function downloading(id: string, current: number, total: number): string {
  return JSON.stringify({ status: 'Downloading', id, progressDetail: { current, total } })
}

function status(id: string, text: string): string {
  return JSON.stringify({ status: text, id, progressDetail: {} })
}

test('the layers that are fetched are added up', () => {
  const tracker = trackPull()
  tracker.take(status('a', 'Pulling fs layer'))
  tracker.take(status('c', 'Already exists'))
  expect(tracker.take(downloading('a', 10, 100))).toEqual({ doneBytes: 10, totalBytes: 100 })
  expect(tracker.take(downloading('b', 5, 50))).toEqual({ doneBytes: 15, totalBytes: 150 })
  expect(tracker.take(status('a', 'Download complete'))).toEqual({ doneBytes: 105, totalBytes: 150 })
  expect(tracker.take(status('b', 'Pull complete'))).toEqual({ doneBytes: 150, totalBytes: 150 })
})

test('lines that change nothing give nothing', () => {
  const tracker = trackPull()
  tracker.take(downloading('a', 10, 100))
  expect(tracker.take(downloading('a', 10, 100))).toBeUndefined()
  expect(tracker.take('{"status":"Digest: sha256:abc"}')).toBeUndefined()
  expect(tracker.take('not JSON')).toBeUndefined()
})

test('an image that is there already has no progress', () => {
  expect(trackPull().take(status('a', 'Already exists'))).toBeUndefined()
})

test('an error within the answer is kept, in its longer form', () => {
  const tracker = trackPull()
  expect(tracker.error()).toBeUndefined()
  tracker.take('{"errorDetail":{"message":"manifest unknown, says the registry"},"error":"manifest unknown"}')
  expect(tracker.error()).toBe('manifest unknown, says the registry')
})
