import { expect, test } from 'vitest'
import type { LockHolder } from '../../../../src/deploy/model/lock.ts'
import { isUnderWay, judgeStep, newestAttempts } from '../../../../src/ui/page/judge-attempt.ts'

const unfinished = {
  release: 'r8',
  outcome: { kind: 'unfinished' },
  undo: undefined,
  durationMs: undefined,
} as const
const failed = { kind: 'failed', code: 'TASK_FAILED', reason: 'no', step: 'run-task' } as const
const undoing = { ...unfinished, outcome: failed, undo: { startedAtMs: 1, endedAtMs: undefined } }
const held = (facts: Partial<LockHolder> = {}) => ({
  holder: { user: 'ann', machine: 'ci', sinceMs: 0, ...facts },
})

test.each([
  ['a deploy holds the lock', unfinished, { lock: held({ release: 'r8' }) }, true],
  ['the holder of the lock cannot be read', unfinished, { lock: {} }, true],
  ['the journal grew a moment ago', unfinished, { lock: undefined, quietMs: 3_000 }, true],
  [
    'nobody holds the lock, and the journal is silent',
    unfinished,
    { lock: undefined, quietMs: 60_000 },
    false,
  ],
  [
    'nobody holds the lock, and the journal has not grown since it is followed',
    unfinished,
    { lock: undefined },
    false,
  ],
  ['a task holds the lock', unfinished, { lock: held({ task: 'reindex' }) }, false],
  ['a removal of the app holds the lock', unfinished, { lock: held({ removes: true }) }, false],
  ['the deploy of another release holds the lock', unfinished, { lock: held({ release: 'r9' }) }, false],
  ['it is being undone', undoing, { lock: held({ release: 'r8' }) }, true],
  [
    'it is known to be killed',
    { ...unfinished, outcome: { kind: 'unfinished', isKilled: true } as const },
    { lock: {}, quietMs: 3_000 },
    false,
  ],
  ['its undoing was killed', undoing, { lock: undefined }, false],
  ['it has ended', { ...undoing, durationMs: 9_000 }, { lock: held({ release: 'r8' }) }, false],
  [
    'it has failed and was undone',
    { ...undoing, undo: { startedAtMs: 1, endedAtMs: 2 } },
    { lock: {} },
    false,
  ],
  ['it has succeeded', { ...unfinished, outcome: { kind: 'deployed' } as const }, { lock: {} }, false],
])('%s', (_, attempt, seen, isRunning) => {
  expect(isUnderWay(attempt, seen)).toBe(isRunning)
})

test('of an attempt that is not known to be under way, no step is running or to come', () => {
  expect(judgeStep('running', true)).toBe('running')
  expect(judgeStep('running', false)).toBe('not-ended')
  expect(judgeStep('waiting', false)).toBe('skipped')
  expect(judgeStep('done', false)).toBe('done')
})

test('the newest attempts are those of the highest release number', () => {
  const of = (...releases: string[]) => newestAttempts(releases.map((release) => ({ release })))
  expect(of('r9', 'r10', 'r10')).toEqual([{ release: 'r10' }, { release: 'r10' }])
  expect(of()).toEqual([])
})
