/** The facts about a repository that `dray init` needs. */
export type Repository = {
  /** Name of its directory. */
  name: string
  /** Owner on GitHub, if its remote is there. */
  owner: string | undefined
  /** Its main branch. */
  branch: string
  /** Text of the files that `isWanted` takes, by path, with `/`. */
  texts: ReadonlyMap<string, string>
}

/** Whether init reads a file with this name. */
export function isWanted(path: string): boolean {
  return (
    isDockerfile(path) ||
    /(?:^|\/)(?:\.dockerignore|package\.json|bin\/rails)$/.test(path) ||
    /(?:^|\/)\.env\.(?:example|sample|template)$/.test(path) ||
    /^(?:dray\.ya?ml|\.gitignore|(?:docker-)?compose[\w.-]*\.ya?ml)$/.test(path) ||
    /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path) ||
    isSource(path)
  )
}

export function isDockerfile(path: string): boolean {
  return /(?:^|\/)(?:Dockerfile(?:\.\w+)?|[\w-]+\.Dockerfile)$/.test(path)
}

/** A source file of the app. */
export function isSource(path: string): boolean {
  return (
    /\.(?:[cm]?[jt]sx?|py|rb|go|php|java|kt|ex|rs)$/.test(path) &&
    !/(?:^|\/)(?:tests?|__tests__|spec|fixtures|vendor|dist|tools)\/|\.(?:test|spec)\./.test(path)
  )
}

export function directoryOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.'
}

/** Whether a path is in a directory; every path is in `.`. */
export function isIn(path: string, directory: string): boolean {
  return directory === '.' || path.startsWith(`${directory}/`)
}
