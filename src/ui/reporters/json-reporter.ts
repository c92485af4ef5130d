import type { Reporter, ReporterOptions } from './reporter.ts'

/** Changes when a field goes, or means something else; new fields and types may come at any time. */
const VERSION = 1

/** One JSON object a line on standard output for each event: docs/json-output.md lists the fields. */
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
 * Written as escapes, which mean the same: what steers a terminal and JSON leaves as it is, and `##[`, by which the runner of
 * GitHub Actions knows a command wherever it stands in a line.
 */
const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|##\[/g

function escapeLast(text: string): string {
  const code = text
    .charCodeAt(text.length - 1)
    .toString(16)
    .padStart(4, '0')
  return `${text.slice(0, -1)}\\u${code}`
}
