/**
 * The types of a command's input, derived from its data: a misspelt option or argument does not compile.
 *
 *     --tag <TAG>          tag?: string           choices: [a, b]     name?: 'a' | 'b'
 *     --wait [DURATION]    wait?: string | true   repeatable: true    name?: readonly string[]
 *     --dry-run            dryRun?: true          ENVIRONMENT         arguments.environment?: string
 *     --no-prefix          prefix?: boolean       SERVICE, variadic   rest: readonly string[]
 *
 * `--no-cache` beside `--cache <WHERE>` adds `false` to its type. At run time the parser creates the values from the same
 * data by commander's rules; test/cli/typed-input.test.ts compares both for every option.
 */
import type { ArgumentSpec } from './argument.ts'
import type { OptionSpec } from './option.ts'

/** Values of options by their names in camel case; absent if not given. */
export type OptionsOf<Spec extends OptionSpec> = {
  readonly [One in Spec as NameOf<One>]?: ValueOf<One, Spec>
}

/** Values of arguments by their names in lower case; absent if not given. */
export type ArgumentsOf<Spec extends ArgumentSpec> = {
  readonly [One in Exclude<Spec, { variadic: true }> as Lowercase<One['name']>]?: string
}

/** Words of the variadic argument; empty without one. */
export type RestOf<Spec extends ArgumentSpec> =
  Extract<Spec, { variadic: true }> extends never ? readonly [] : readonly string[]

type Negation = { flags: `${string}--no-${string}` }

type NameOf<Spec extends OptionSpec> = Spec extends Negation
  ? CamelCase<LongFlag<Spec['flags'], '--no-'>>
  : CamelCase<LongFlag<Spec['flags'], '--'>>

/** `env-file` of `-e, --env-file <FILE>` */
type LongFlag<Flags extends string, Dashes extends string> = Flags extends `${string}${Dashes}${infer Long}`
  ? Long extends `${infer Word} ${string}`
    ? Word
    : Long
  : never

type CamelCase<Words extends string> = Words extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Words

type ValueOf<One extends OptionSpec, All extends OptionSpec> = One extends Negation
  ? NameOf<One> extends NameOf<Exclude<All, Negation>>
    ? false
    : boolean
  : One extends { repeatable: true }
    ? readonly string[]
    : One extends { choices: readonly (infer Choice)[] }
      ? Choice
      : One extends { flags: `${string}<${string}` }
        ? string
        : One extends { flags: `${string}[${string}` }
          ? string | true
          : true
