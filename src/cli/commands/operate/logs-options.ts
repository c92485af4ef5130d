import { DrayError } from '../../../errors/dray-error.ts'
import { parseDuration } from '../../../shared/duration.ts'
import type { OptionSpec } from '../../command/option.ts'
import type { OptionsOf } from '../../command/typed-input.ts'

export const logsOptionSpecs = [
  {
    flags: '-f, --follow',
    description:
      'Go on with what is written, and with the containers that a deploy starts meanwhile, until Ctrl-C.',
  },
  {
    flags: '--since <TIME>',
    heading: 'Which lines',
    description:
      'Only what was written since: a duration such as `30m` or `2d`, or a time such as `2026-11-23T10:00`.',
  },
  {
    flags: '--tail <N>',
    heading: 'Which lines',
    description: 'Only the last N lines of each container, or `all`. 100 unless --since or --grep is given.',
  },
  {
    flags: '--grep <PATTERN>',
    heading: 'Which lines',
    description: 'Only lines in which this regular expression (as in JavaScript) is found.',
  },
  {
    flags: '-i, --ignore-case',
    heading: 'Which lines',
    description: 'Let --grep pass over the difference of upper and lower case.',
  },
  {
    flags: '-t, --timestamps',
    heading: 'How they are shown',
    description: 'Print when each line was written, in UTC.',
  },
  {
    flags: '--no-prefix',
    heading: 'How they are shown',
    description: 'Print the lines alone, without the names of the containers.',
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
  throw new DrayError('USAGE', `\`${text}\` after --since is neither a duration nor a time.`, {
    hint: 'Write `--since 30m`, `--since 2d`, `--since 2026-11-23T10:00` or `--since 2026-11-23T10:00:00Z`.',
  })
}

function readTail(text: string): number | undefined {
  if (text === 'all') return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new DrayError('USAGE', `\`${text}\` after --tail is neither a number nor \`all\`.`)
}

function readPattern(text: string | undefined, ignoreCase: boolean): RegExp | undefined {
  if (text === undefined) return undefined
  try {
    return new RegExp(text, ignoreCase ? 'iu' : 'u')
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.*: /, '') : ''
    throw new DrayError('USAGE', `\`${text}\` after --grep is not a regular expression: ${reason}.`, {
      hint: 'Put a backslash before `.`, `*`, `+`, `?`, `(`, `[`, `{`, `|`, `^` and `$` that are meant as they are.',
    })
  }
}
