import { CommanderError, type Command as Program } from 'commander'
import { DrayError } from '../errors/dray-error.ts'
import { EXIT, type ExitCode } from '../errors/exit-code.ts'
import { findNearest } from '../shared/nearest.ts'
import { guardCommands } from '../ui/reporters/guard-commands.ts'
import { createTerminalStyle } from '../ui/terminal/terminal-style.ts'
import { buildProgram } from './build-program.ts'
import type { Command, CommandInput } from './command/command.ts'
import { commands } from './commands.ts'
import type { CliContext } from './command/context.ts'
import { readGlobalOptions } from './command/global-options.ts'
import { separatePassedWords } from './command/pass-words.ts'
import { asksForNewest, besidesVersion, mayTellOfNewer } from './version/version-words.ts'

/** Runs one command line (without `node` and the script). Never throws: failures are printed. */
export async function runCli(argv: readonly string[], context: CliContext): Promise<number> {
  if (context.env['GITHUB_ACTIONS'] === 'true') {
    context.stdout = guardCommands(context.stdout)
    context.stderr = guardCommands(context.stderr)
  }
  let exitCode: number = EXIT.done
  const program = buildProgram({
    commands,
    words: argv,
    write: (text) => context.stdout.write(text),
    style: createTerminalStyle({
      env: context.env,
      isTTY: context.stdout.isTTY === true,
      columns: context.stdout.columns,
    }),
    run: async (command, input) => {
      context.command = command
      refuseEmptyValues(command, input)
      exitCode = await command.run(input, context)
    },
  })
  try {
    if (argv[0] === 'help' && argv[1] === configName) {
      const { renderExample } = await import('../config/render-example.ts')
      context.stdout.write(`${renderExample({ all: true })}\n`)
      return EXIT.done
    }
    if (asksForNewest(argv)) {
      const { operands, unknown } = program.parseOptions(besidesVersion(argv))
      refuseBesideVersion([...operands, ...unknown])
      const { checkVersion } = await import('./version/check-version.ts')
      return await checkVersion(readGlobalOptions(program.opts()), context)
    }
    refuseUnknownHelp(argv)
    const words = separatePassedWords(argv, commands)
    await program.parseAsync(words.length === 0 ? ['--help'] : words, { from: 'user' })
    if (exitCode === EXIT.done && mayTellOfNewer(argv, context)) {
      const { tellOfNewer } = await import('./version/tell-of-newer.ts')
      tellOfNewer(context)
    }
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done
    return tell(error instanceof CommanderError ? toUsageError(error) : error, program, context)
  }
}

/** `dray help dray.yml` prints every key with its description. */
const configName = 'dray.yml'

/** Refuses `--tag "$TAG"` with an empty variable: it is a mistake, not a request for the default. */
function refuseEmptyValues(command: Command, { options, global }: CommandInput): void {
  const names = Object.keys(options).filter((name) => options[name] === '')
  if (global.configPath === '') names.push('config')
  const [name] = names
  if (name === undefined) return
  const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  throw new DrayError('USAGE', `The value of ${flag} is empty.`, {
    hint: `If the value comes from a variable, check that the variable is set. See \`dray ${command.name} --help\`.`,
  })
}

/** `--version --check` takes only the options of all commands. */
function refuseBesideVersion([word]: readonly string[]): void {
  if (word === undefined) return
  throw new DrayError('USAGE', `\`dray --version --check\` does not take \`${word}\`.`, {
    hint: 'It takes `--json`.',
  })
}

/** commander prints the help of dray for `dray help rollbak`, and no reason. */
function refuseUnknownHelp([help, name]: readonly string[]): void {
  const names = [...commands.map((command) => command.name), configName]
  if (help !== 'help' || name === undefined || name.startsWith('-') || [...names, 'help'].includes(name))
    return
  const nearest = findNearest(name, names)
  throw new DrayError('USAGE', `Unknown command \`${name}\`.`, {
    hint:
      nearest === undefined
        ? 'Run `dray --help`: it lists all commands.'
        : `Did you mean \`dray help ${nearest}\`?`,
  })
}

/** Uses commander's message; its optional second line suggests a similar option or command. */
function toUsageError(error: CommanderError): DrayError {
  const [message = '', nearest] = error.message.replace(/^error: /, '').split('\n')
  const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}`.replace(/\.?$/, '.')
  return new DrayError('USAGE', sentence.replaceAll("'", '`'), {
    hint: nearest?.replace(/^\((.*)\)$/, '$1'),
    cause: error,
  })
}

async function tell(error: unknown, program: Program, context: CliContext): Promise<ExitCode> {
  const { toFailure } = await import('./command/to-failure.ts')
  const { reportFailure } = await import('./command/report-failure.ts')
  const options = readGlobalOptions(program.opts())
  const failure = toFailure(error, options.debug)
  reportFailure(failure, options, context)
  return failure.exitCode
}
