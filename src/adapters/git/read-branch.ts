import type { RunCommand } from './git-observation.ts'

/** Position of a directory in its repository. */
export type BranchObservation = {
  /** The main branch: that of the remote, else `main` or `master`, else the checked-out one. */
  branch: string | undefined
  /** Whether the directory is below the top of the repository. */
  isBelowTop: boolean
}

/** Asks git, with parallel commands. A missing git or repository is not an error. */
export async function readBranch(run: RunCommand, cwd: string): Promise<BranchObservation> {
  const ask = async (...args: string[]): Promise<string | undefined> => {
    const { exitCode, stdout } = await run(['git', ...args], { cwd })
    return exitCode === 0 ? stdout.trimEnd() : undefined
  }
  const [prefix, remoteHead, branches, current] = await Promise.all([
    ask('rev-parse', '--show-prefix'),
    ask('symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD'),
    ask('for-each-ref', '--format=%(refname:short)', 'refs/heads'),
    ask('symbolic-ref', '--quiet', '--short', 'HEAD'),
  ])
  const usual = ['main', 'master'].find((name) => branches?.split('\n').includes(name))
  return {
    branch: remoteHead?.replace(/^origin\//, '') ?? usual ?? current,
    isBelowTop: prefix !== undefined && prefix !== '',
  }
}
