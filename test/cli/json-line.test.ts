import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { JsonLineType } from '../../src/cli/command/json-line.ts'
import { cloneDirectory } from '../support/net/machine.ts'

/** Every type of line; the compiler refuses one that is missing here, and one that no command prints. */
const types = {
  'build.finished': true,
  'check.finding': true,
  'check.finished': true,
  clean: true,
  'deploy.finished': true,
  'deploy.started': true,
  diff: true,
  disk: true,
  doctor: true,
  'env.changed': true,
  'env.listed': true,
  failed: true,
  gate: true,
  'history.attempt': true,
  'history.release': true,
  'history.task': true,
  'history.unread': true,
  'hook.finished': true,
  'hook.printed': true,
  'hook.started': true,
  image: true,
  'images.pruned': true,
  'images.version': true,
  'init.finished': true,
  'log.absent': true,
  'log.container': true,
  'log.line': true,
  'log.missing': true,
  note: true,
  'plan.made': true,
  'probe.finished': true,
  'probe.sampled': true,
  'promote.finished': true,
  remove: true,
  secret: true,
  setup: true,
  status: true,
  'step.finished': true,
  'step.printed': true,
  'step.progressed': true,
  'step.started': true,
  'task.finished': true,
  'task.listed': true,
  'task.printed': true,
  'task.started': true,
  'ui.started': true,
  'undo.started': true,
  'upgrade.finished': true,
  'version.checked': true,
} satisfies Record<JsonLineType, true>

test('docs/json-output.md describes every type of line that `dray/json` has, and no other', () => {
  const page = readFileSync(join(cloneDirectory, 'docs/json-output.md'), 'utf8')
  const described = [...page.matchAll(/^### `([a-z.-]+)`$/gm)].map(([, name]) => name)
  expect(described.sort()).toEqual(Object.keys(types).sort())
})
