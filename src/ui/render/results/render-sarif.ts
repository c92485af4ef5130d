import type { Log } from 'sarif'
import type { ShownFinding } from './shown-finding.ts'

/** A rule as described in SARIF. */
export type ShownRule = {
  code: string
  severity: ShownFinding['severity']
  title: string
  why: string
  hint: string
}

/** Findings as SARIF 2.1.0, for GitHub code scanning and editors. */
export function renderSarif(
  findings: readonly ShownFinding[],
  rules: readonly ShownRule[],
  version: string,
): string {
  const indexes = new Map(rules.map(({ code }, index) => [code, index]))
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'dray',
            semanticVersion: version,
            rules: rules.map(({ code, severity, title, why, hint }) => ({
              id: code,
              shortDescription: { text: title },
              fullDescription: { text: why },
              help: { text: hint },
              defaultConfiguration: { level: severity },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: findings.map(({ code, severity, message, file, line, column, endLine, endColumn }) => ({
          ruleId: code,
          ruleIndex: indexes.get(code) ?? -1,
          level: severity,
          message: { text: message },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: file.split('/').map(encodeURIComponent).join('/') },
                region: { startLine: line, startColumn: column, endLine, endColumn },
              },
            },
          ],
        })),
      },
    ],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}
