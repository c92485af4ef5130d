/** Observation of the repository that contains a directory; unknown fields are undefined. */
export type GitObservation = {
  /** Full id of the checked-out commit. */
  headSha?: string
  /** A tag of exactly this commit; the highest version if there are several. */
  exactTag?: string
  /** Repository of the remote `origin`. */
  remote?: { host: string; owner: string; repository: string }
  /** `user.name` in git's configuration. */
  userName?: string
  /** Tracked files differ from the commit. */
  isDirty?: boolean
}

/** Runs a command in a directory to completion; a missing program gives 127. */
export type RunCommand = (
  argv: readonly string[],
  options: { cwd: string },
) => Promise<{ exitCode: number; stdout: string }>

/** Asks git, with parallel commands. A missing git, repository or commit is not an error. */
export async function readGitObservation(run: RunCommand, cwd: string): Promise<GitObservation> {
  const ask = async (...args: string[]): Promise<string | undefined> => {
    const { exitCode, stdout } = await run(['git', ...args], { cwd })
    return exitCode === 0 ? stdout.trimEnd() : undefined
  }
  const [status, tags, configuration] = await Promise.all([
    ask('--no-optional-locks', 'status', '--porcelain=v2', '--branch', '--untracked-files=no'),
    ask('-c', 'versionsort.suffix=-', 'tag', '--points-at', 'HEAD', '--sort=-version:refname'),
    ask('config', '--null', '--get-regexp', '^(remote\\.origin\\.url|user\\.name)$'),
  ])
  const headSha = /^# branch\.oid ([0-9a-f]+)$/m.exec(status ?? '')?.[1]
  const settings = readSettings(configuration ?? '')
  const remoteUrl = settings.get('remote.origin.url')
  return {
    headSha,
    exactTag: headSha === undefined ? undefined : tags?.split('\n').find((tag) => tag !== ''),
    remote: remoteUrl === undefined ? undefined : parseRemoteUrl(remoteUrl),
    userName: settings.get('user.name') || undefined,
    isDirty: headSha === undefined || status === undefined ? undefined : /^[^#]/m.test(status),
  }
}

/** Of a name that is set more than once, the last value counts. https://git-scm.com/docs/git-config */
function readSettings(text: string): Map<string, string> {
  return new Map(
    text.split('\0').map((entry): [string, string] => {
      const [name = '', ...value] = entry.split('\n')
      return [name, value.join('\n').trimEnd()]
    }),
  )
}

/**
 * Host, owner and repository of a remote, in git's forms: `https://host/owner/repo.git`, `ssh://git@host:22/owner/repo`,
 * `git@host:owner/repo.git`. Undefined for a path on this machine.
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
