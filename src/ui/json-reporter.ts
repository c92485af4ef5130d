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
  return `${JSON.stringify({ version: VERSION, type, time: new Date(at).toISOString(), ...fields })}\n`
}
