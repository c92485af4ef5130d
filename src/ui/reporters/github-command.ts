import type { OutputStream } from '../terminal/output-stream.ts'

/**
 * Workflow commands of GitHub Actions, as the runner reads them from a step's output:
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export type GithubCommand = {
  name: 'group' | 'endgroup' | 'error' | 'warning' | 'notice'
  properties?: {
    title?: string
    file?: string
    line?: number
    col?: number
    endLine?: number
    endColumn?: number
  }
  text?: string
}

/** Writes one workflow command as one line. No other code writes workflow commands. */
export function writeCommand(stream: OutputStream, command: GithubCommand): void {
  const line = renderCommand(command)
  if (stream.command === undefined) stream.write(`${line}\n`)
  else stream.command(line)
}

function renderCommand({ name, properties = {}, text = '' }: GithubCommand): string {
  const named = Object.entries<string | number | undefined>(properties).filter(
    ([, value]) => value !== undefined && value !== '',
  )
  const list = named.map(([key, value]) => `${key}=${escapeProperty(String(value))}`).join(',')
  return `::${name}${list === '' ? '' : ` ${list}`}::${escapeData(text)}`
}

/**
 * Changes a line of other text as little as possible so that the runner does not read a command in it. The runner looks for
 * `::` at the start of a line, also after white space, and for the older `##[` anywhere (ActionCommand.cs of
 * actions/runner).
 */
export function defuseCommands(line: string): string {
  return line.replaceAll('##[', '## [').replace(/^([\s\u0085]*):(?=:)/, '$1: ')
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
