import { expect, test } from 'vitest'
import { createLogRenderer, type LogStyle } from '../../../../../src/ui/render/text/log-renderer.ts'
import { createTerminalStyle } from '../../../../../src/ui/terminal/terminal-style.ts'

const line = { at: '2026-11-23T10:45:01.123456789Z', stream: 'stdout', text: 'ready' } as const

function renderer(wanted: Partial<LogStyle>, env: Record<string, string> = {}) {
  const terminal = createTerminalStyle({ env: { LANG: 'C.UTF-8', ...env }, isTTY: false })
  return createLogRenderer({ terminal, prefix: true, timestamps: false, highlight: undefined, ...wanted })
}

test('names are aligned with the longest that is known', () => {
  const { know, render } = renderer({})
  know('frontend-1')
  expect(render({ ...line, name: 'db' })).toBe('db         │ ready\n')
  expect(render({ ...line, name: 'a.example.com backend-12' })).toBe('a.example.com backend-12 │ ready\n')
})

test('times stand before the text, and names can be left out', () => {
  expect(renderer({ timestamps: true, prefix: false }).render({ ...line, name: 'db' })).toBe(
    '2026-11-23T10:45:01.123Z ready\n',
  )
})

test('gives each name a colour, standard error a red bar, and matches inverse video', () => {
  const { render } = renderer({ highlight: /ea/u }, { FORCE_COLOR: '1' })
  expect(render({ ...line, name: 'db', stream: 'stderr' })).toBe(
    '\u001b[36mdb\u001b[39m \u001b[31m│\u001b[39m r\u001b[7mea\u001b[27mdy\n',
  )
  expect(render({ ...line, name: 'web' })).toContain('\u001b[33mweb\u001b[39m')
})
