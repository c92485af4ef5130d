import { expect, test } from 'vitest'
import type { JournalEntry } from '../../../../src/deploy/model/lock.ts'
import { readTaskHistory } from '../../../../src/deploy/tasks/task-history.ts'
import { createTerminalStyle } from '../../../../src/ui/terminal/terminal-style.ts'
import { renderTaskHistory } from '../../../../src/ui/render/results/render-task-history.ts'

const ann = { user: 'ann', machine: 'laptop' }
const mona = { user: 'mona', machine: 'runner', run: 'https://github.com/acme/shop/actions/runs/4711' }

const entry = (at: number, event: string, fields: Readonly<Record<string, unknown>> = {}): JournalEntry => ({
  version: 1,
  at,
  release: 'r2',
  event,
  ...fields,
})

const journal: readonly JournalEntry[] = [
  entry(0, 'deploy.started', { by: ann }),
  entry(1000, 'task.started', { task: 'migrate', by: ann }),
  entry(3000, 'task.finished', { task: 'migrate', outcome: 'done', exitCode: 0, durationMs: 2000 }),
  entry(4000, 'task.started', { task: 'report', by: mona }),
  entry(5500, 'task.finished', { task: 'report', outcome: 'failed', exitCode: 7, durationMs: 1500 }),
  // Its dray was killed.
  entry(6000, 'task.started', { task: 'slow', by: ann }),
  entry(7000, 'task.started', { task: 'slow', by: ann }),
  entry(8000, 'task.finished', { task: 'slow', outcome: 'cancelled', durationMs: 1000 }),
]

test('lists the tasks that people ran, newest first, and how they ended', () => {
  const style = createTerminalStyle({ env: { LANG: 'C.UTF-8' }, isTTY: false })
  expect(renderTaskHistory(readTaskHistory({ journal }, 20), style, 3_700_000)).toMatchInlineSnapshot(`
    "Tasks run by hand:
       TASK     RELEASE  WHEN        BY              DURATION  OUTCOME
    ■  slow     r2       1 hour ago  ann@laptop         1.0 s  cancelled
    ✗  slow     r2       1 hour ago  ann@laptop                killed
    ✗  report   r2       1 hour ago  mona, run 4711     1.5 s  exit code 7
    ✓  migrate  r2       1 hour ago  ann@laptop         2.0 s  done
    "
  `)
})

test('lists no more than is asked for', () => {
  expect(readTaskHistory({ journal }, 1)).toMatchObject([{ task: 'slow', outcome: 'cancelled' }])
  expect(readTaskHistory({ journal: journal.slice(0, 1) }, 1)).toEqual([])
})

test('says killed or still running only of a last task that may hold the lock', () => {
  const style = createTerminalStyle({ env: { LANG: 'C.UTF-8' }, isTTY: false })
  const shown = (entries: readonly JournalEntry[], isLockFree?: boolean): string | undefined =>
    renderTaskHistory(
      readTaskHistory({ journal: entries, ...(isLockFree !== undefined && { isLockFree }) }, 1),
      style,
      0,
    )
      .trimEnd()
      .split(/ {2,}/)
      .at(-1)
  const cut = journal.slice(0, 6)
  expect(shown(cut)).toBe('killed or still running')
  expect(shown(cut, false)).toBe('killed or still running')
  expect(shown(cut, true)).toBe('killed')
  expect(shown([...cut, entry(7000, 'deploy.started')])).toBe('killed')
})
