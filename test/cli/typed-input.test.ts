import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'
import { buildProgram } from '../../src/cli/build-program.ts'
import { readFlags } from '../../src/cli/completion/option-flags.ts'
import { commands } from '../../src/cli/commands.ts'
import type { CommandInput, CommandSpec, InputOf } from '../../src/cli/command/command.ts'
import { globalOptionSpecs } from '../../src/cli/command/global-options.ts'
import type { OptionSpec } from '../../src/cli/command/option.ts'
import type { OptionsOf } from '../../src/cli/command/typed-input.ts'
import { diffCommand } from '../../src/cli/commands/inspect/diff.ts'
import { diskCommand } from '../../src/cli/commands/inspect/disk.ts'
import { historyCommand } from '../../src/cli/commands/inspect/history.ts'
import { imagesCommand } from '../../src/cli/commands/inspect/images.ts'
import { secretsCommand } from '../../src/cli/commands/inspect/secrets.ts'
import { statusCommand } from '../../src/cli/commands/inspect/status.ts'
import { uiCommand } from '../../src/cli/commands/inspect/ui/ui.ts'
import { cleanCommand } from '../../src/cli/commands/operate/clean.ts'
import { composeCommand } from '../../src/cli/commands/operate/compose.ts'
import { envCommand } from '../../src/cli/commands/operate/env/env.ts'
import { execCommand } from '../../src/cli/commands/operate/exec.ts'
import { logsCommand } from '../../src/cli/commands/operate/logs.ts'
import { removeCommand } from '../../src/cli/commands/operate/remove.ts'
import { runCommand } from '../../src/cli/commands/operate/run.ts'
import { taskCommand } from '../../src/cli/commands/operate/task.ts'
import { checkCommand } from '../../src/cli/commands/set-up/check.ts'
import { completionCommand } from '../../src/cli/commands/set-up/completion.ts'
import { doctorCommand } from '../../src/cli/commands/set-up/doctor.ts'
import { gateCommand } from '../../src/cli/commands/set-up/gate.ts'
import { upgradeCommand } from '../../src/cli/commands/set-up/upgrade.ts'
import { initCommand } from '../../src/cli/commands/set-up/init.ts'
import { setupCommand } from '../../src/cli/commands/set-up/setup.ts'
import { buildCommand } from '../../src/cli/commands/ship/build.ts'
import { deployCommand } from '../../src/cli/commands/ship/deploy.ts'
import { planCommand } from '../../src/cli/commands/ship/plan.ts'
import { promoteCommand } from '../../src/cli/commands/ship/promote.ts'
import { rollbackCommand } from '../../src/cli/commands/ship/rollback.ts'
import { createTerminalStyle } from '../../src/ui/terminal/terminal-style.ts'
import { runCli } from '../support/run-cli.ts'

/** The type of a value as a text, so that the parser can be compared with it. */
type Kind<Value> = [Value] extends [true]
  ? 'true'
  : [Value] extends [boolean]
    ? 'true or false'
    : [Value] extends [string]
      ? 'text'
      : [Value] extends [readonly string[]]
        ? 'list'
        : [Value] extends [string | true]
          ? 'text or true'
          : 'text or false'

type Kinds<Options> = { [Name in keyof Options]-?: Kind<NonNullable<Options[Name]>> }

/** Does not compile where the kinds are not those of the types. */
function row<S extends CommandSpec>(spec: S, kinds: Kinds<InputOf<S>['options']>) {
  return [spec.name, spec, kinds as Record<string, string>] as const
}

const place = { wait: 'text or true', without: 'list', adopt: 'true' } as const
const release = { ...place, only: 'text', tag: 'text', expect: 'text', envFile: 'text' } as const
const inContainer = {
  user: 'text',
  workdir: 'text',
  env: 'list',
  raw: 'true',
  tty: 'true or false',
  host: 'text',
} as const

const rows = [
  row(buildCommand, {
    push: 'true',
    tag: 'text',
    digests: 'text',
    cache: 'text or false',
    platform: 'list',
  }),
  row(promoteCommand, { tag: 'text' }),
  row(planCommand, { ...release, engine: 'text' }),
  row(deployCommand, { ...release, dryRun: 'true' }),
  row(rollbackCommand, { ...place, dryRun: 'true' }),
  row(statusCommand, { watch: 'true', usage: 'true', exitCode: 'true' }),
  row(uiCommand, { port: 'text', open: 'true', write: 'true' }),
  row(historyCommand, { limit: 'text', steps: 'true' }),
  row(diffCommand, { tag: 'text', exitCode: 'true', host: 'text' }),
  row(diskCommand, { host: 'text' }),
  row(secretsCommand, { markdown: 'true', exitCode: 'true' }),
  row(imagesCommand, { limit: 'text', delete: 'true', keep: 'text', minAge: 'text', without: 'list' }),
  row(logsCommand, {
    follow: 'true',
    since: 'text',
    tail: 'text',
    grep: 'text',
    ignoreCase: 'true',
    timestamps: 'true',
    prefix: 'true or false',
    host: 'text',
  }),
  row(execCommand, { ...inContainer, index: 'text' }),
  row(runCommand, inContainer),
  row(taskCommand, { timeout: 'text', wait: 'text or true', host: 'text' }),
  row(composeCommand, { tty: 'true or false', raw: 'true', host: 'text' }),
  row(envCommand, { empty: 'true', merge: 'true', yes: 'true', host: 'text' }),
  row(cleanCommand, { dryRun: 'true', host: 'text', wait: 'text or true' }),
  row(removeCommand, {
    ...{ volumes: 'true', env: 'true', dryRun: 'true', yes: 'true' },
    ...{ host: 'text', wait: 'text or true' },
  }),
  row(initCommand, {
    yes: 'true',
    dryRun: 'true',
    overwrite: 'true',
    test: 'text',
    production: 'text',
    testImages: 'text',
    productionImages: 'text',
    with: 'text',
    action: 'text',
  }),
  row(checkCommand, { fix: 'true', format: 'text', explain: 'text' }),
  row(doctorCommand, { tag: 'text' }),
  row(setupCommand, { yes: 'true', dryRun: 'true', host: 'text' }),
  row(gateCommand, {}),
  row(upgradeCommand, {}),
  row(completionCommand, {}),
]

const globalKinds: Kinds<OptionsOf<(typeof globalOptionSpecs)[number]>> = {
  config: 'text',
  json: 'true',
  plain: 'true',
  color: 'true or false',
  debug: 'true',
}

const style = createTerminalStyle({ env: {}, isTTY: false })

/** What the parser reads, and in `every` the values of the options that every command has. */
async function parse(
  spec: CommandSpec,
  words: readonly string[],
): Promise<CommandInput & { every: CommandInput['options'] }> {
  let parsed: CommandInput | undefined
  const program = buildProgram({
    commands: [{ ...spec, run: async () => 0 }],
    words: [spec.name],
    style,
    write: () => undefined,
    run: async (_, input) => void (parsed = input),
  })
  await program.parseAsync([spec.name, ...words], { from: 'user' })
  if (parsed === undefined) throw new Error(`Nothing ran: ${words.join(' ')}`)
  return { ...parsed, every: program.opts() }
}

/** Every way to give an option. */
function waysToGive({ flags, repeatable, choices: [choice = 'x'] = [] }: OptionSpec): string[][] {
  const { names, value } = readFlags({ flags })
  return names.flatMap((name) => {
    if (value === undefined) return [[name]]
    const once = [name, choice]
    return [once, ...(value.isOptional ? [[name]] : []), ...(repeatable ? [[...once, ...once]] : [])]
  })
}

/** The kinds of the values that the parser gives for options, by name. */
async function observeKinds(
  options: readonly OptionSpec[],
  read: (words: readonly string[]) => Promise<CommandInput['options']>,
): Promise<Record<string, string>> {
  const found = new Map<string, Set<string>>()
  for (const words of [[], ...options.flatMap(waysToGive)]) {
    for (const [name, value] of Object.entries(await read(words)))
      found.set(name, (found.get(name) ?? new Set()).add(kindOf(value)))
  }
  const order = ['text', 'list', 'true', 'false']
  return Object.fromEntries(
    [...found].map(([name, kinds]) => [name, order.filter((kind) => kinds.has(kind)).join(' or ')]),
  )
}

function kindOf(value: unknown): string {
  if (typeof value === 'string') return 'text'
  return Array.isArray(value) && value.every((it) => typeof it === 'string') ? 'list' : String(value)
}

test('every command is compared', () => {
  expect(rows.map(([name]) => name)).toEqual(commands.map(({ name }) => name))
})

describe.each(rows)('what the parser reads for dray %s', (_, spec, kinds) => {
  test('are options of the types that its data has', async () => {
    const read = async (words: readonly string[]) => (await parse(spec, words)).options
    expect(await observeKinds(spec.options, read)).toEqual(kinds)
  })

  test('are arguments under their names in lower case', async () => {
    const single = spec.arguments.filter((it) => !('variadic' in it)).map(({ name }) => name)
    const input = await parse(spec, [...single, ...(single.length < spec.arguments.length ? ['a', 'b'] : [])])
    expect(input.arguments).toEqual(Object.fromEntries(single.map((name) => [name.toLowerCase(), name])))
    expect(input.rest).toEqual(single.length < spec.arguments.length ? ['a', 'b'] : [])
    for (const { name } of spec.arguments) expect(name).toMatch(/^[A-Z]+$/)
  })
})

test('options of every command have the types that their data has', async () => {
  const read = async (words: readonly string[]) => (await parse(gateCommand, words)).every
  expect(await observeKinds(globalOptionSpecs, read)).toEqual(globalKinds)
})

test.each(
  commands.flatMap(({ name, options }) =>
    options.flatMap((it) => (it.choices ? [[name, it.flags] as const] : [])),
  ),
)('dray %s refuses a value of %s that its data does not have', async (name, flags) => {
  const flag = flags.split(' ')[0] ?? ''
  const { exitCode, stderr } = await runCli([name, flag, 'elsewhere'], { cwd: tmpdir() })
  expect(exitCode).toBe(2)
  expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
    `\`${flags}\` argument \`elsewhere\` is invalid. Allowed choices are`,
  )
})

const deployInput: InputOf<typeof deployCommand> = {
  arguments: { environment: 'test' },
  rest: [],
  options: { tag: 'v1', wait: true },
  global: { configPath: undefined, json: false, plain: false, color: true, debug: false },
}

// `tsc` reports a directive that has no error below it.
test('what is misspelt or of another kind does not compile', () => {
  const { arguments: given, options, rest } = deployInput
  // @ts-expect-error the option is called `tag`
  expect(options.tga).toBeUndefined()
  // @ts-expect-error --env-file is `envFile`
  expect(options['env-file']).toBeUndefined()
  // @ts-expect-error `dray plan` has no --dry-run
  const misplaced: keyof InputOf<typeof planCommand>['options'] = 'dryRun'
  // @ts-expect-error --tag has a value
  const withoutValue: InputOf<typeof deployCommand>['options'] = { tag: true }
  // @ts-expect-error --adopt has none
  const withValue: InputOf<typeof deployCommand>['options'] = { adopt: 'yes' }
  // @ts-expect-error the value of --wait may be left out
  const wait: string | undefined = options.wait
  // @ts-expect-error --format has four values
  const format: InputOf<typeof checkCommand>['options'] = { format: 'xml' }
  // @ts-expect-error the argument is called `environment`
  expect(given.enviroment).toBeUndefined()
  // @ts-expect-error `dray deploy` has no argument that takes several
  expect(rest[0]).toBeUndefined()
  expect({ misplaced, withoutValue, withValue, wait, format }).toBeDefined()
})
