import type { AppShape } from './app-shape.ts'

/** The variables that the sources read, without values. */
export function renderEnvExample({ variables, environments }: AppShape): string {
  const path = environments[0]?.path ?? ''
  const lines = variables.map((name) => `${name}=`)
  return `# Variables of the app. The real file exists only on each server, as ${path}/.env with mode 600; dray never ships,
# changes or prints it. Copy these lines there and fill in the values.
${lines.length === 0 ? '# SESSION_SECRET=' : lines.join('\n')}
`
}

/** An ignore file with these lines added, except those that it has or that a wider pattern covers. */
export function extendIgnoreFile(before: string | undefined, lines: readonly string[]): string {
  const there = (before ?? '').split('\n').map((line) => line.trim().replace(/\/$/, ''))
  const isThere = (line: string): boolean =>
    [line, ...widerThan(line)].some((pattern) => there.includes(pattern) || there.includes(`/${pattern}`))
  const missing = lines.filter((line) => !isThere(line))
  if (missing.length === 0) return before ?? ''
  const start =
    before === undefined || before === '' || before.endsWith('\n') ? (before ?? '') : `${before}\n`
  return `${start}${missing.join('\n')}\n`
}

function widerThan(line: string): string[] {
  const bare = line.replace(/^\*\*\//, '')
  if (bare === '.env') return ['.env', '.env*', '**/.env*', '*.env']
  if (bare === '.env.*') return ['.env.*', '.env*', '**/.env*']
  return [bare]
}
