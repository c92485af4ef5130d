import type { OptionSpec } from '../command/option.ts'

/** What the flags of an option say, such as `-f, --follow` or `--wait [DURATION]`. */
export type OptionFlags = {
  /** Every way to write it: `-f`, `--follow`. */
  names: readonly string[]
  /** What follows it; undefined where nothing does. */
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
