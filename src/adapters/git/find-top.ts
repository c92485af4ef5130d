import type { RunCommand } from './git-observation.ts'

/** The repository around a directory. */
export type RepositoryTop = {
  /** Where the repository begins. */
  top: string
  /** The directory as a path from there, with `/`; `.` where it is the top itself. */
  below: string
}

/**
 * Asks git, in commands side by side. A directory of which git tracks nothing is its own top: a clone may lie within another
 * one, and a home directory may be a repository.
 */
export async function findTop(run: RunCommand, directory: string): Promise<RepositoryTop> {
  const ask = async (...args: string[]): Promise<string> => {
    const { exitCode, stdout } = await run(['git', ...args], { cwd: directory })
    return exitCode === 0 ? stdout.replace(/\n$/, '') : ''
  }
  const [top, prefix, tracked] = await Promise.all([
    ask('rev-parse', '--show-toplevel'),
    ask('rev-parse', '--show-prefix'),
    ask('ls-files', '--cached', '--', '.'),
  ])
  return top === '' || prefix === '' || tracked === ''
    ? { top: directory, below: '.' }
    : { top, below: prefix.replace(/\/$/, '') }
}
