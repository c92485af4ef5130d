import type { Reporter, ReporterOptions } from './reporter.ts'

/** Changes if a field is removed or changes its meaning. New fields and types may be added at any time. */
const VERSION = 1

/** Writes each event as one line of JSON to standard output. docs/json-output.md lists the fields. */
export function createJsonReporter({ stdout }: ReporterOptions): Reporter {
  return {
    report: (event) => stdout.write(renderJsonLine(event)),
    close: () => {},
  }
}

/** One line of `--json`; `at` is milliseconds since the epoch. */
export function renderJsonLine({
  type,
  at,
  ...fields
}: { type: string; at: number } & Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify({ version: VERSION, type, time: new Date(at).toISOString(), ...fields })
  return `${text.replace(UNSAFE, escapeLast)}\n`
}

/**
 * Characters that are written as escapes: those that control a terminal and that JSON does not escape, and the end of `##[`,
 * which starts a command of GitHub Actions anywhere in a line.
 */
const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|##\[/g

function escapeLast(text: string): string {
  const code = text
    .charCodeAt(text.length - 1)
    .toString(16)
    .padStart(4, '0')
  return `${text.slice(0, -1)}\\u${code}`
}
