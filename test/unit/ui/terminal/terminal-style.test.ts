import { expect, test } from 'vitest'
import { createTerminalStyle } from '../../../../src/ui/terminal/terminal-style.ts'

test.each([
  [true, { isTTY: true, env: {} }],
  [false, { isTTY: false, env: {} }],
  [false, { isTTY: true, env: { NO_COLOR: '1' } }],
  [true, { isTTY: true, env: { NO_COLOR: '' } }],
  [true, { isTTY: false, env: { FORCE_COLOR: '1' } }],
  [true, { isTTY: false, env: { FORCE_COLOR: '' } }],
  [false, { isTTY: true, env: { FORCE_COLOR: '0' } }],
  [false, { isTTY: true, env: { FORCE_COLOR: '1', NO_COLOR: '1' } }],
  [false, { isTTY: true, env: { TERM: 'dumb' } }],
])('colours: %s for %j', (isColored, options) => {
  expect(createTerminalStyle(options).colors.isColorSupported).toBe(isColored)
})

test.each([
  ['✓', { LANG: 'en_US.UTF-8' }],
  ['✓', { LC_CTYPE: 'C.utf8', LANG: 'C' }],
  ['+', { LC_ALL: 'C', LANG: 'en_US.UTF-8' }],
  ['+', {}],
  ['✓', { GITHUB_ACTIONS: 'true' }],
])('marks with %s for %j', (mark, env) => {
  expect(createTerminalStyle({ env, isTTY: false }).glyphs.done).toBe(mark)
})
