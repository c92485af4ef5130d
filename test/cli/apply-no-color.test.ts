import { expect, test } from 'vitest'
import { applyNoColor } from '../../src/cli/command/apply-no-color.ts'
import { createTerminalStyle } from '../../src/ui/terminal/terminal-style.ts'

const paint = (color: boolean, env: Record<string, string>): string =>
  createTerminalStyle({ env: applyNoColor({ color }, env), isTTY: true }).colors.red('x')

test('--no-color is stronger than FORCE_COLOR, and without it the environment decides', () => {
  expect(paint(false, { FORCE_COLOR: '1' })).toBe('x')
  expect(paint(true, { FORCE_COLOR: '1' })).toBe('\u001B[31mx\u001B[39m')
  expect(paint(true, { NO_COLOR: '1' })).toBe('x')
})
