/** First line on standard error of a command that reports its process id. */
export const processIdLine = /^dray-process (\d+)$/

/** First line on standard output of a command that marks where its output begins. */
export const outputMark = 'dray-output'

type CommandOptions = {
  cwd?: string
  env?: Readonly<Record<string, string>>
  /** Print the process id, which is also that of its group, first on standard error; see `processIdLine`. */
  tellProcessId?: boolean
  /** Print the line `outputMark` first on standard output, for a login shell that prints text of its own. */
  markOutput?: boolean
}

/**
 * One string for the login shell of a server, which runs `argv` unchanged. sshd has no argument lists (RFC 4254, 6.5): it
 * passes the string to the user's shell, so this is the only place that quotes. That shell may be fish or csh, so only
 * simple words and single quotes are used.
 */
export function renderRemoteCommand(argv: readonly string[], options: CommandOptions = {}): string {
  return `exec ${wrapCommand(argv, options).map(quoteArgument).join(' ')}`
}

/** Arguments that run `argv` in a directory with a larger environment; the same on a server and on this machine. */
export function wrapCommand(argv: readonly string[], options: CommandOptions = {}): string[] {
  const { cwd, env = {}, tellProcessId = false, markOutput = false } = options
  const pairs = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const program = pairs.length === 0 ? [...argv] : ['env', ...pairs, ...argv]
  if (cwd === undefined && !tellProcessId && !markOutput) return program

  const mark = markOutput ? `echo ${outputMark}; ` : ''
  const tell = tellProcessId ? 'echo "dray-process $$" >&2; ' : ''
  const change = cwd === undefined ? '' : 'cd -- "$0" || exit; '
  return ['sh', '-c', `${mark}${tell}${change}exec "$@"`, cwd ?? 'sh', ...program]
}

/**
 * One argument for a POSIX shell, in single quotes, where only the quote itself has a meaning. In fish a backslash has
 * one there, too (fishshell.com/docs/current/language.html#quotes), so backslashes are placed outside the quotes.
 */
export function quoteArgument(text: string): string {
  return /^[A-Za-z0-9_\-.,:/@%+=]+$/.test(text) ? text : `'${text.replaceAll(/['\\]/g, `'\\$&'`)}'`
}
