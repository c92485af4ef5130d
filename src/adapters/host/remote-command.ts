/** What the started command says first on standard error when it was asked to tell its process id. */
export const processIdLine = /^dray-process (\d+)$/

/** What the started command says first on standard output when it was asked to say where its output begins. */
export const outputMark = 'dray-output'

type CommandOptions = {
  cwd?: string
  env?: Readonly<Record<string, string>>
  /** The command's process id, which is that of its group too, comes first on standard error; see `processIdLine`. */
  tellProcessId?: boolean
  /** A line that is `outputMark` comes first on standard output, for a login shell that prints something of its own. */
  markOutput?: boolean
}

/**
 * One string for the login shell of a server, which runs `argv` as it is. sshd knows no argument lists (RFC 4254, 6.5): it
 * hands the string to the user's shell, so this is the one place where we quote. That shell may be fish or csh: only simple
 * words and single quotes are used.
 */
export function renderRemoteCommand(argv: readonly string[], options: CommandOptions = {}): string {
  return `exec ${wrapCommand(argv, options).map(quoteArgument).join(' ')}`
}

/** An argument list that runs `argv` in a directory and with more environment; the same on a server and on this machine. */
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
 * One argument for a POSIX shell: single quotes, within which nothing has a meaning but the quote itself. To fish a backslash has
 * one there as well (fishshell.com/docs/current/language.html#quotes), so each stands outside of them.
 */
export function quoteArgument(text: string): string {
  return /^[A-Za-z0-9_\-.,:/@%+=]+$/.test(text) ? text : `'${text.replaceAll(/['\\]/g, `'\\$&'`)}'`
}
