import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { TerminalProgram } from '../../../support/terminal.ts'

const PROGRAM = [
  process.execPath,
  '--import',
  'tsx',
  fileURLToPath(new URL('../../../support/terminal-program.ts', import.meta.url)),
]

let program: TerminalProgram | undefined

afterEach(() => program?.kill())

function start(columns: number): TerminalProgram {
  const env = { LANG: 'C.UTF-8', NO_COLOR: '1', TERM: 'xterm-256color' }
  program = new TerminalProgram(PROGRAM, { columns, rows: 24, env })
  return program
}

test.each([80, 40])(
  'draws a deploy on a real terminal of %i columns, and leaves its summary',
  async (columns) => {
    const { terminal, exited } = start(columns)
    await program!.untilShown('33%')
    expect(terminal.isCursorHidden()).toBe(true)
    program!.type('n')
    await program!.untilShown('✓ 2 Pull acme/shop-backend:3f2')
    program!.type('n')
    expect(await exited).toBe(0)
    const lines = await terminal.lines()
    expect(lines.filter((line) => line.startsWith('shop → test'))).toHaveLength(1)
    expect(lines.filter((line) => line.includes('Pull acme/shop-backend'))).toHaveLength(1)
    expect(lines.some((line) => line.startsWith('✓ Deployed shop to test in 12.3 s'))).toBe(true)
    expect(lines.some((line) => line.includes('%'))).toBe(false)
    expect(terminal.isCursorHidden()).toBe(false)
  },
)

test('follows a real terminal that becomes narrower in mid-deploy', async () => {
  const { terminal, exited } = start(80)
  await program!.untilShown('33%')
  program!.resize({ columns: 40, rows: 24 })
  await program!.untilShown('Switch traffic in nginx to the ne…')
  program!.type('n')
  await program!.untilShown('✓ 2 Pull')
  program!.type('n')
  expect(await exited).toBe(0)
  const lines = await terminal.lines()
  expect(lines.filter((line) => line.startsWith('shop → test'))).toHaveLength(1)
})

test('gives the cursor back when a deploy is cancelled with Ctrl-C', async () => {
  const { terminal, exited } = start(80)
  await program!.untilShown('33%')
  program!.type('\u0003')
  expect(await exited).toBe(130)
  await terminal.settle()
  expect(terminal.isCursorHidden()).toBe(false)
})
