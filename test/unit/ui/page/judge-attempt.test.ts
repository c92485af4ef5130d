import { expect, test } from 'vitest'
import type { LockHolder } from '../../../../src/deploy/model/lock.ts'
import { isUnderWay } from '../../../../src/ui/page/judge-attempt.ts'

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
