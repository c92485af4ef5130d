import { DrayError } from '../errors/dray-error.ts'
import type { ErrorCode } from '../errors/catalogue.ts'

export type ConfigPath = readonly (string | number)[]

/** A problem in dray.yml. `at` is `key` or `value`, the part that is wrong. */
export type Problem = { path: ConfigPath; at: 'key' | 'value'; message: string }

/** A problem with its place in the file; line and column count from 1. */
export type LocatedProblem = { path: ConfigPath; message: string; line: number; column: number }

/**
 * One error for all problems of a file, in the order of the file. A single problem is the message, with its place in
 * `details.location`; several are in `details.problems`, each as `file:line:column path: message`.
 */
export function configError(code: ErrorCode, file: string, problems: readonly LocatedProblem[]): DrayError {
  const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column)
  const [first] = sorted
  if (first !== undefined && sorted.length === 1) {
    const { line, column } = first
    return new DrayError(code, `${file}: ${renderProblem(first)}`, {
      details: { location: { file, line, column } },
    })
  }
  return new DrayError(code, `${file} has ${sorted.length} problems.`, {
    details: {
      problems: sorted.map(
        (problem) => `${file}:${problem.line}:${problem.column} ${renderProblem(problem)}`,
      ),
    },
  })
}

function renderProblem({ path, message }: LocatedProblem): string {
  return path.length === 0 ? message : `${renderPath(path)}: ${message}`
}

function renderPath(path: ConfigPath): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`
      return index === 0 ? part : `.${part}`
    })
    .join('')
}
