import { expect, test } from 'vitest'
import { buildProgram } from '../../src/cli/build-program.ts'
import { createTerminalStyle } from '../../src/ui/terminal/terminal-style.ts'
import type { Command, CommandInput } from '../../src/cli/command/command.ts'

const style = createTerminalStyle({ env: {}, isTTY: false, columns: 80 })

const command: Command = {
  name: 'exec',
  group: 'operate',
  summary: 'Run something.',
  description: '',
  arguments: [
    { name: 'ENVIRONMENT', description: 'where' },
    { name: 'COMMAND', description: 'what', variadic: true },
  ],
  options: [{ flags: '--user <USER>', description: 'as whom' }],
  examples: [],
  docs: '',
  run: async () => 0,
}

async function parse(argv: readonly string[]): Promise<CommandInput> {
  let parsed: CommandInput | undefined
  const run = async (_: Command, input: CommandInput): Promise<void> => {
    parsed = input
  }
  const program = buildProgram({
    commands: [command],
    words: [command.name],
    write: () => undefined,
    style,
    run,
  })
  await program.parseAsync(argv, { from: 'user' })
  if (parsed === undefined) throw new Error('No command ran.')
  return parsed
}

test('a variadic argument takes what is left, options after -- included', async () => {
  const input = await parse(['exec', 'test', '--user', 'app', '--', 'ls', '-l', '--', '--json'])
  expect(input.arguments).toEqual({ environment: 'test' })
  expect(input.rest).toEqual(['ls', '-l', '--', '--json'])
  expect(input.options['user']).toBe('app')
  expect(input.global.json).toBe(false)
})

test('a variadic argument may be left out', async () => {
  expect((await parse(['exec', 'test'])).rest).toEqual([])
})

test('the usage shows that there may be several', () => {
  let help = ''
  const program = buildProgram({
    commands: [command],
    words: [command.name],
    write: (text) => (help += text),
    style,
    run: async () => undefined,
  })
  program.commands[0]?.outputHelp()
  expect(help).toContain('exec ENVIRONMENT COMMAND... [OPTIONS]')
})
