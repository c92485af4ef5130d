import { posix } from 'node:path'
import type { BundleFile } from '../../../deploy/model/ports.ts'
import { parseComposeContent } from '../../../shared/compose-file.ts'

/** How the compose files use the server's env files and variables. Paths are relative to the app's directory. */
export type EnvUses = {
  /** Env files that services name; some of them may be shipped, or not exist. */
  envFiles: readonly string[]
  /** Those that are read with `format: raw`, with the service. */
  rawFiles: readonly { path: string; service: string }[]
  /** Variables that are the content of secrets and configs. */
  contentVariables: readonly string[]
}

/** Reads them from the texts of the compose files, as far as the names have no variables. */
export function findEnvUses(files: readonly BundleFile[]): EnvUses {
  const parsed = files
    .filter(({ path }) => /\.ya?ml$/.test(path))
    .map(({ path, content }) => ({
      directory: posix.dirname(path),
      ...parseComposeContent(content),
    }))
  const pathsOf = (directory: string, names: readonly string[]): string[] =>
    // A path in a further compose file is relative to the first one, and in an included file to that.
    names
      .filter((name) => !posix.isAbsolute(name))
      .flatMap((name) => [posix.normalize(name), posix.join(directory, name)])
      .filter(isReached)
  return {
    envFiles: unique(
      parsed.flatMap(({ directory, services }) =>
        services.flatMap((service) => pathsOf(directory, service.envFiles)),
      ),
    ),
    rawFiles: parsed.flatMap(({ directory, services }) =>
      services.flatMap(({ name: service, rawEnvFiles }) =>
        unique(pathsOf(directory, rawEnvFiles)).map((path) => ({ path, service })),
      ),
    ),
    contentVariables: unique(parsed.flatMap(({ contentVariables }) => contentVariables)),
  }
}

/** At most one level above the app's directory: the copy in which Compose reads the files has no more. */
function isReached(path: string): boolean {
  return !/^\.\.\/\.\.(\/|$)|[\n\r\0]/.test(path)
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)]
}
