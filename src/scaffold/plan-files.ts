import type { AppShape } from './app-shape.ts'
import { renderComposeFile } from './compose-file.ts'
import { renderDrayFile } from './dray-file.ts'
import { findUnlisted } from './find-tasks.ts'
import { extendIgnoreFile, renderEnvExample } from './small-files.ts'
import { renderNginxConf } from './nginx-conf.ts'
import type { Repository } from './repository.ts'
import { renderWorkflow, workflowPath } from './workflow.ts'

/** A file that init writes: with this text, or with these lines added. */
export type WantedFile = { path: string } & ({ text: string } | { lines: readonly string[] })

export type PlannedFile = {
  path: string
  text: string
  /** The current text; undefined if the file does not exist. */
  before: string | undefined
  /** `extended`: lines are added, no line is lost. `differs`: the current text would be lost. */
  state: 'new' | 'same' | 'extended' | 'differs'
}

export const schemaPath = 'tools/dray.schema.json'

/**
 * The files that init writes, in reading order. An existing dray.yml, `.env.example` or compose file belongs to the user and
 * is kept; with the compose file, nginx's configuration is kept too. `.env.example` gets the names of other examples.
 */
export function wantFiles(repository: Repository, shape: AppShape): WantedFile[] {
  const { texts } = repository
  const unlisted = findUnlisted(repository)
  const isThere = (...paths: string[]): boolean => paths.some((path) => texts.has(path))
  const { environments, owner } = shape
  const composed = uniqueBy(environments, ({ composeFile }) => composeFile)
  return [
    ...(isThere('dray.yml', 'dray.yaml')
      ? []
      : [{ path: 'dray.yml', text: renderDrayFile(shape, schemaPath) }]),
    ...composed
      .filter(({ composeFile }) => !isThere(composeFile))
      .flatMap((environment) => [
        { path: environment.composeFile, text: renderComposeFile(environment, owner) },
        { path: `${environment.nginxDirectory}/default.conf`, text: renderNginxConf(environment) },
      ]),
    ...environments
      .filter(({ images }) => images.length > 0)
      .map((environment) => ({ path: workflowPath(environment), text: renderWorkflow(environment, shape) })),
    ...(!isThere('.env.example')
      ? [{ path: '.env.example', text: renderEnvExample(shape) }]
      : unlisted.length > 0
        ? [{ path: '.env.example', lines: unlisted.map((name) => `${name}=`) }]
        : []),
    ...ignoreFiles(shape),
  ]
}

/** The effect of writing a file on the existing one. */
export function planFile(wanted: WantedFile, before: string | undefined): PlannedFile {
  const { path } = wanted
  const text = 'text' in wanted ? wanted.text : extendIgnoreFile(before, wanted.lines)
  if (before === undefined) return { path, text, before, state: 'new' }
  if (before === text) return { path, text, before, state: 'same' }
  return { path, text, before, state: 'text' in wanted ? 'differs' : 'extended' }
}

/** `.env` must not get into git or into an image. */
function ignoreFiles({ environments }: AppShape): WantedFile[] {
  const contexts = environments.flatMap(({ images }) => images.map(({ context }) => context))
  return [
    { path: '.gitignore', lines: ['.env', '.env.*', '!.env.example'] },
    ...[...new Set(contexts)].map((context) => ({
      path: context === '.' ? '.dockerignore' : `${context}/.dockerignore`,
      lines: ['.git', '**/.env', '**/.env.*', '**/node_modules'],
    })),
  ]
}

function uniqueBy<T>(values: readonly T[], key: (value: T) => string): T[] {
  return values.filter((value, index) => values.findIndex((other) => key(other) === key(value)) === index)
}
