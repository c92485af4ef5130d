import { nameOf } from './source-file.ts'

/** The kinds of files that `dray check` reads. */
export type FileKind =
  'workflow' | 'compose' | 'config' | 'dockerfile' | 'nginx' | 'script' | 'env-example' | 'env' | 'ignore'

/** The kind of a file by its path alone; undefined for files that are not checked. */
export function fileKindOf(path: string): FileKind | undefined {
  const name = nameOf(path)
  // A path with `{{ name }}` in it is a template of another tool.
  if (/(^|\/)(node_modules|vendor|\.git)\/|\{\{/.test(path)) return undefined
  if (/^\.github\/workflows\/[^/]+\.ya?ml$/.test(path)) return 'workflow'
  if (/^(docker-)?compose([.-][^/]*)?\.ya?ml$/.test(name)) return 'compose'
  if (/^dray\.ya?ml$/.test(name)) return 'config'
  if (
    /^(Dockerfile|Containerfile)(\.[^/]+)?$|\.[Dd]ockerfile$/.test(name) &&
    !/\.(dockerignore|j2|tmpl|tpl)$/.test(name)
  )
    return 'dockerfile'
  if (name === '.gitignore' || name.endsWith('.dockerignore')) return 'ignore'
  if (
    /^\.env([._-].*)?[._-](example|sample|template|dist)$/.test(name) ||
    /^(example|sample)\.env$/.test(name) ||
    name === 'env.example'
  )
    return 'env-example'
  if (/^\.env(\.|$)/.test(name)) return 'env'
  if (/\.conf(\.template)?$/.test(name) && /nginx|conf\.d|sites-(available|enabled)/.test(path))
    return 'nginx'
  if (/\.(sh|bash)$/.test(name)) return 'script'
  return undefined
}

/** Whether a compose file or a Dockerfile is for development, tests or examples, by its name and directory. */
export function isForDevelopment(path: string): boolean {
  return /(^|[/._-])(dev|devenv|develop|development|local|overrides?|ci|debug|e2e|cypress|playwright|tests?|testing|bench|benchmarks?|examples?|samples?|fixtures|docs?|tools|devcontainer)([/._-]|$)/i.test(
    path,
  )
}

/** Whether a compose file is for servers, by its name or its directory. */
export function isProduction(path: string): boolean {
  return (
    /prod|live|deploy/.test(nameOf(path)) || /(^|\/)(prod|production|live|deploy|deployment)\//.test(path)
  )
}

/** Whether the text of a file is needed. Files that may hold secrets are never read. */
export function isRead(path: string): boolean {
  const kind = fileKindOf(path)
  return (kind !== undefined && kind !== 'env') || /^(?:[^/]+\/){0,2}[^/]+\.ya?ml$/.test(path)
}
