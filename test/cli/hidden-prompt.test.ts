import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { TerminalProgram } from '../support/terminal.ts'
import { composeText, makeProject } from '../support/make-project.ts'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

let program: TerminalProgram | undefined
afterEach(() => program?.kill())

/** `dray env local set KEY` on a terminal, once it asks. */
async function askForKey() {
  const cwd = await makeProject({ 'compose.yml': composeText, '.env': 'A=1\n' })
  const config = `environments: { local: { host: local, path: ${JSON.stringify(cwd)} } }\n`
  const project = await makeProject({ 'compose.yml': composeText, 'dray.yml': config })
  const argv = [
    process.execPath,
    '--import',
    'tsx',
    main,
    'env',
    'local',
    'set',
    'KEY',
    '--config',
    join(project, 'dray.yml'),
  ]
  program = new TerminalProgram(argv, {
    columns: 120,
    rows: 24,
    env: { LANG: 'C.UTF-8', NO_COLOR: '1' },
  })
  await program.untilShown('KEY for local (input is hidden):')
  return { running: program, envFile: join(cwd, '.env') }
}

test('a value that is typed is not shown, and can be corrected', async () => {
  const { running, envFile } = await askForKey()
  running.type('hunter3\u007f2 $x')
  running.type('\r')
  expect(await running.exited).toBe(0)
  expect(running.terminal.raw).not.toContain('hunter')
  expect(await running.terminal.text()).toContain('✓ Set KEY in')
  expect(await readFile(envFile, 'utf8')).toBe("A=1\nKEY='hunter2 $x'\n")
})

test('Ctrl-C at the prompt writes nothing', async () => {
  const { running, envFile } = await askForKey()
  running.type('hunter2\u0003')
  expect(await running.exited).toBe(130)
  expect(await readFile(envFile, 'utf8')).toBe('A=1\n')
})
