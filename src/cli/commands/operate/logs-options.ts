import { DrayError } from '../../../errors/dray-error.ts'
import { parseDuration } from '../../../shared/duration.ts'
import type { OptionSpec } from '../../command/option.ts'
import type { OptionsOf } from '../../command/typed-input.ts'

export const logsOptionSpecs = [
  {
    flags: '-f, --follow',
    description: 'Print new lines until Ctrl-C, including those of containers that a deploy starts.',
  },
  {
    flags: '--since <TIME>',
    heading: 'Selection',
    description:
      'Only lines since this time: a duration such as `30m` or `2d`, or a time such as `2026-11-23T10:00`.',
  },
  {
    flags: '--tail <N>',
    heading: 'Selection',
    description:
      'Only the last N lines of each container, or `all` (default: 100; with --since or --grep: all).',
  },
  {
    flags: '--grep <PATTERN>',
    heading: 'Selection',
    description: 'Only lines that match this regular expression (JavaScript syntax).',
  },
  {
    flags: '-i, --ignore-case',
    heading: 'Selection',
    description: 'Make --grep case-insensitive.',
  },
  {
    flags: '-t, --timestamps',
    heading: 'Format',
    description: 'Print the time of each line, in UTC.',
  },
  {
    flags: '--no-prefix',
    heading: 'Format',
    description: 'Do not print the names of the containers.',
  },
] as const satisfies readonly OptionSpec[]

export type LogsOptions = {
  follow: boolean
  /** RFC 3339 in UTC. */
  since: string | undefined
  /** Undefined for all. */
  tail: number | undefined
  grep: RegExp | undefined
  timestamps: boolean
  prefix: boolean
}

/** Reads the options of `logs`. Throws USAGE. */
export function readLogsOptions(
  options: OptionsOf<(typeof logsOptionSpecs)[number]>,
  nowMs: number,
): LogsOptions {
  const { follow = false, ignoreCase = false, timestamps = false, prefix = true } = options
  const since = readSince(options.since, nowMs)
  const grep = readPattern(options.grep, ignoreCase)
  const isNarrowed = since !== undefined || grep !== undefined
  return {
    follow,
    since,
    tail: readTail(options.tail ?? (isNarrowed ? 'all' : '100')),
    grep,
    timestamps,
    prefix,
  }
}

function readSince(text: string | undefined, nowMs: number): string | undefined {
  if (text === undefined) return undefined
  const days = /^(\d+)d$/.exec(text)?.[1]
  const durationMs = parseDuration(days === undefined ? text : `${Number(days) * 24}h`)
  const timeMs = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text.replace(' ', 'T')) : NaN
  const sinceMs = durationMs === undefined ? timeMs : nowMs - durationMs
  if (Number.isFinite(sinceMs)) return new Date(sinceMs).toISOString().replace('Z', '000000Z')
  throw new DrayError('USAGE', `The value \`${text}\` of --since is neither a duration nor a time.`, {
    hint: 'Write `--since 30m`, `--since 2d`, `--since 2026-11-23T10:00` or `--since 2026-11-23T10:00:00Z`.',
  })
}

function readTail(text: string): number | undefined {
  if (text === 'all') return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new DrayError('USAGE', `The value \`${text}\` of --tail is neither a number nor \`all\`.`)
}

function readPattern(text: string | undefined, ignoreCase: boolean): RegExp | undefined {
  if (text === undefined) return undefined
  try {
    return new RegExp(text, ignoreCase ? 'iu' : 'u')
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.*: /, '') : ''
    throw new DrayError('USAGE', `The value \`${text}\` of --grep is not a regular expression: ${reason}.`, {
      hint: 'Put a backslash before a literal `.`, `*`, `+`, `?`, `(`, `[`, `{`, `|`, `^` or `$`.',
    })
  }
}
