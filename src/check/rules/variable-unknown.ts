import { deployTimeNames } from '../../config/environment-variables.ts'
import { findVariables } from '../../shared/compose-template.ts'
import { lines } from '../lines.ts'
import { blankComments } from '../parse/blank-comments.ts'
import { childOf, entriesOf } from '../parse/yaml-tree.ts'
import type { ComposeApp } from '../model/compose.ts'
import type { Repository } from '../repository.ts'
import { insertAt, type Edit, type Rule } from '../rule.ts'
import { directoryOf, type SourceFile } from '../source-file.ts'

export const variableUnknown: Rule = {
  code: 'VARIABLE_UNKNOWN',
  severity: 'warning',
  title: 'A variable of the compose file is not set anywhere.',
  why: 'Compose only warns and inserts an empty string: an empty password, or a path that becomes `/`.',
  hint: 'Add it to `.env.example`, which lists the variables that a server needs. Or give it a default: `${NAME:-value}`. Or make it required: `${NAME:?}`.',
  bad: {
    'docker-compose.yml': lines(
      'services:',
      '  app:',
      '    image: ghcr.io/acme/shop:${IMAGE_TAG:-latest}',
      '    environment:',
      '      API_URL: ${API_URL}',
    ),
    '.env.example': lines('DATABASE_URL='),
  },
  good: {
    'docker-compose.yml': lines(
      'services:',
      '  app:',
      '    image: ghcr.io/acme/shop:${IMAGE_TAG:-latest}',
      '    environment:',
      '      API_URL: ${API_URL}',
    ),
    '.env.example': lines('DATABASE_URL=', 'API_URL='),
  },
  *check(repository) {
    for (const app of repository.apps) {
      const examples = repository.envExamples.filter(
        ({ path }) => path.lastIndexOf('/') < 0 || path.startsWith(`${app.directory}/`),
      )
      // Without any example, ENV_EXAMPLE_MISSING is reported once.
      if (examples.length === 0 || hasTrackedEnv(app, repository)) continue
      const known = knownNames(app, examples, repository)
      for (const { file } of app.files) {
        for (const { name, start, end } of variablesIn(file)) {
          if (known.has(name)) continue
          known.add(name)
          yield {
            at: { file, start, end },
            message: `\`${name}\` is neither in ${examples[0]?.path ?? ''} nor set at deploy time.`,
            edits: addTo(examples[0], name),
          }
        }
      }
    }
  },
}

/** Whether git tracks a `.env` or `variables.env` beside the compose file. It is never read, so its variables are unknown. */
export function hasTrackedEnv({ directory }: ComposeApp, { tracked }: Repository): boolean {
  return [...(tracked ?? [])].some((path) => path.endsWith('.env') && directoryOf(path) === directory)
}

/** `$NAME` and `${NAME}` without a default, outside of comments. */
export function variablesIn(file: SourceFile): { name: string; start: number; end: number }[] {
  return findVariables(blankComments(file.text)).filter(({ operator }) => operator === '')
}

function knownNames(
  app: ComposeApp,
  examples: readonly SourceFile[],
  { config, commands, workflows }: Repository,
): Set<string> {
  const named = examples.flatMap(({ text }) =>
    [...text.matchAll(/^\s*#?\s*(?:export\s+)?([A-Za-z_]\w*)\s*[=:]/gm)].map(([, name = '']) => name),
  )
  const configured = entriesOf(childOf(config?.root, 'environments')).flatMap(([, { value }]) =>
    entriesOf(childOf(value, 'env')).map(([name]) => name),
  )
  // Variables that a workflow or a script writes or sets count as set at deploy time.
  const texts = [...workflows.map(({ file }) => file.text), ...new Set(commands.map(({ file }) => file.text))]
  const written = texts.flatMap((text) =>
    [...text.matchAll(/\b([A-Z_][A-Z0-9_]*)[=:]/g)].map(([, name = '']) => name),
  )
  const shell = ['PWD', 'HOME', 'USER', 'UID', 'GID', 'HOSTNAME', 'COMPOSE_PROJECT_NAME', 'TZ']
  return new Set([
    ...named,
    ...configured,
    ...written,
    ...shell,
    ...deployTimeNames,
    ...app.files.flatMap(({ file }) => defaulted(file)),
  ])
}

/** A variable with a default anywhere in the file may be absent. */
function defaulted({ text }: SourceFile): string[] {
  return findVariables(text).flatMap(({ name, operator }) => (operator === '' ? [] : [name]))
}

function addTo(example: SourceFile | undefined, name: string): Edit[] {
  if (example === undefined) return []
  const start = example.text === '' || example.text.endsWith('\n') ? '' : '\n'
  return [insertAt(example, example.text.length, `${start}${name}=\n`)]
}
