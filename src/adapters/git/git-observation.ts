/** What the repository around a directory says of itself; what is not known is undefined. */
export type GitObservation = {
  /** Full id of the commit that is checked out. */
  headSha?: string
  /** A tag that names exactly this commit; the highest version where several do. */
  exactTag?: string
  /** Repository of the remote `origin`. */
  remote?: { host: string; owner: string; repository: string }
  /** `user.name` of git's configuration. */
  userName?: string
  /** Tracked files differ from the commit. */
  isDirty?: boolean
}

/** Runs a command in a directory to its end; a program that is missing gives 127. */
export type RunCommand = (
  argv: readonly string[],
  options: { cwd: string },
) => Promise<{ exitCode: number; stdout: string }>

/** Asks git, in commands side by side. No git, no repository and no commit are no errors. */
export async function readGitObservation(run: RunCommand, cwd: string): Promise<GitObservation> {
  const ask = async (...args: string[]): Promise<string | undefined> => {
    const { exitCode, stdout } = await run(['git', ...args], { cwd })
    return exitCode === 0 ? stdout.trimEnd() : undefined
  }
  const [headSha, tags, remoteUrl, userName, changes] = await Promise.all([
    ask('rev-parse', '--verify', '--quiet', 'HEAD^{commit}'),
    ask('-c', 'versionsort.suffix=-', 'tag', '--points-at', 'HEAD', '--sort=-version:refname'),
    ask('config', '--get', 'remote.origin.url'),
    ask('config', '--get', 'user.name'),
    ask('--no-optional-locks', 'status', '--porcelain', '--untracked-files=no'),
  ])
  return {
    headSha: headSha === '' ? undefined : headSha,
    exactTag: headSha === undefined ? undefined : tags?.split('\n').find((tag) => tag !== ''),
    remote: remoteUrl === undefined ? undefined : parseRemoteUrl(remoteUrl),
    userName: userName === '' ? undefined : userName,
    isDirty: headSha === undefined || changes === undefined ? undefined : changes !== '',
  }
}

/**
 * Host, owner and repository of a remote, in the forms that git knows: `https://host/owner/repo.git`,
 * `ssh://git@host:22/owner/repo`, `git@host:owner/repo.git`. Undefined for a path on this machine.
 */
export function parseRemoteUrl(url: string): GitObservation['remote'] {
  const match =
    /^(?:https?|ssh|git):\/\/(?:[^@/]*@)?([^/:]+)(?::\d+)?\/+(.+)$/.exec(url) ??
    /^(?:[^@/:]+@)?([^/:]+):(?!\/\/)(.+)$/.exec(url)
  const [, host, path] = match ?? []
  const parts =
    path
      ?.replace(/\/+$/, '')
      .replace(/\.git$/, '')
      .split('/') ?? []
  const [owner, repository] = parts.filter((part) => part !== '').slice(-2)
  if (host === undefined || owner === undefined || repository === undefined) return undefined
  return { host: host.toLowerCase(), owner, repository }
}
