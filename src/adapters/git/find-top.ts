import type { RunCommand } from './git-observation.ts'

/** The repository that contains a directory. */
export type RepositoryTop = {
  /** Top directory of the repository. */
  top: string
  /** Path of the directory from there, with `/`; `.` for the top itself. */
  below: string
}

/**
 * Asks git, with parallel commands. A directory without tracked files is its own top: a clone may be inside another one,
 * and a home directory may be a repository.
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
