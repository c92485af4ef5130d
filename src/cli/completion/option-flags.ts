import type { OptionSpec } from '../command/option.ts'

/** The flags of an option, such as `-f, --follow` or `--wait [DURATION]`. */
export type OptionFlags = {
  /** All names: `-f`, `--follow`. */
  names: readonly string[]
  /** Its value; undefined if it takes none. */
  value: { name: string; isOptional: boolean } | undefined
}

/** Reads the flags as commander does. */
export function readFlags({ flags }: Pick<OptionSpec, 'flags'>): OptionFlags {
  const [, open, name] = /([<[])([^>\]]+)[>\]]\s*$/.exec(flags) ?? []
  const names = flags
    .replace(/\s*[<[].*$/, '')
    .split(',')
    .map((text) => text.trim())
  return { names, value: name === undefined ? undefined : { name, isOptional: open === '[' } }
}
