import type { ArgumentSpec } from '../command/argument.ts'
import type { CommandSpec } from '../command/command.ts'
import { globalOptionSpecs } from '../command/global-options.ts'
import type { OptionSpec } from '../command/option.ts'
import { readFlags } from './option-flags.ts'

export type Candidate = { text: string; description?: string }

/** Possible completions at the cursor. */
export type Completion = {
  /** The typed part of the word, without a leading `--host=`. */
  typed: string
  /** Candidates from the commands' data. */
  candidates: readonly Candidate[]
  /** The placeholder in the help, such as `ENVIRONMENT` or `FILE`, or `completesAs`, whose values are to be looked up. */
  placeholder: string | undefined
  /** The environment and configuration file given earlier on the line. */
  environment: string | undefined
  configPath: string | undefined
}

/**
 * Completes the last of `words`, which follow `dray`; it is empty after a space. Uses only the commands' data. Words after
 * `--` belong to another program.
 */
export function completeLine(words: readonly string[], commands: readonly CommandSpec[]): Completion {
  const current = words.at(-1) ?? ''
  const line = readLine(words.slice(0, -1), commands)
  const { environment, configPath } = line
  const value = (spec: Choosable, typed: string): Completion => ({
    typed,
    candidates: (spec.choices ?? []).map((text) => ({ text })),
    placeholder: spec.choices === undefined ? spec.name : undefined,
    environment,
    configPath,
  })
  if (line.isOver) return nothing(current)
  if (line.awaits !== undefined) return value(line.awaits, current)
  if (current.startsWith('-')) {
    const [, name = '', typed] = /^(--[^=]+)=(.*)$/.exec(current) ?? []
    const named = typed === undefined ? undefined : valueOf(line.options, name)
    if (typed !== undefined) return named === undefined ? nothing(current) : value(named, typed)
    return { ...nothing(current), candidates: line.options.map(optionCandidate) }
  }
  if (line.command === undefined || line.command === 'help') {
    const named = commands.map(({ name, summary }) => ({ text: name, description: summary }))
    const help = { text: 'help', description: 'Print the help of a command.' }
    return { ...nothing(current), candidates: line.command === 'help' ? named : [...named, help] }
  }
  const { arguments: specs } = line.command
  const last = specs.at(-1)
  const spec = specs[line.given.length] ?? (last?.variadic === true ? last : undefined)
  return spec === undefined ? nothing(current) : value(spec, current)
}

type Choosable = Pick<ArgumentSpec, 'name' | 'choices'>

/** The parsed words before the cursor. */
type Line = {
  command: CommandSpec | 'help' | undefined
  options: readonly OptionSpec[]
  given: readonly string[]
  /** The value of the option that was typed last. */
  awaits: Choosable | undefined
  /** There was a `--`. */
  isOver: boolean
  environment: string | undefined
  configPath: string | undefined
}

function readLine(words: readonly string[], commands: readonly CommandSpec[]): Line {
  let command: Line['command']
  let options: readonly OptionSpec[] = globalOptionSpecs
  let awaits: Choosable | undefined
  let configPath: string | undefined
  const given: string[] = []
  for (const word of words) {
    if (word === '--')
      return { command, options, given, awaits, isOver: true, environment: undefined, configPath }
    if (awaits !== undefined) {
      if (awaits.name === CONFIG_VALUE) configPath = word
      awaits = undefined
    } else if (word.startsWith('-')) {
      const [name = '', inline] = word.split('=', 2)
      if (name === '--config') configPath = inline
      awaits = inline === undefined ? valueOf(options, name) : undefined
    } else if (command === undefined) {
      command = word === 'help' ? word : commands.find(({ name }) => name === word)
      if (typeof command === 'object') options = [...command.options, ...globalOptionSpecs]
    } else given.push(word)
  }
  const index = typeof command === 'object' ? command.arguments.findIndex(isEnvironment) : -1
  return { command, options, given, awaits, isOver: false, environment: given[index], configPath }
}

const CONFIG_VALUE = 'FILE'

const isEnvironment = ({ name }: ArgumentSpec): boolean => name === 'ENVIRONMENT'

/** The required value of an option; undefined if it needs none. */
function valueOf(options: readonly OptionSpec[], name: string): Choosable | undefined {
  const spec = options.find((it) => readFlags(it).names.includes(name))
  const value = spec === undefined ? undefined : readFlags(spec).value
  if (spec === undefined || value === undefined || value.isOptional) return undefined
  return { name: spec.completesAs ?? value.name, ...(spec.choices && { choices: spec.choices }) }
}

function optionCandidate(spec: OptionSpec): Candidate {
  return { text: readFlags(spec).names.at(-1) ?? '', description: spec.description }
}

function nothing(typed: string): Completion {
  return { typed, candidates: [], placeholder: undefined, environment: undefined, configPath: undefined }
}
