import { lines } from '../lines.ts'
import { buildOf } from '../model/compose.ts'
import { isIgnored } from '../parse/ignore-file.ts'
import { finalStages } from '../parse/dockerfile.ts'
import type { Repository } from '../repository.ts'
import { insertAt, type Rule } from '../rule.ts'
import { directoryOf, type SourceFile } from '../source-file.ts'

export const envInImage: Rule = {
  code: 'ENV_IN_IMAGE',
  severity: 'error',
  title: 'A Dockerfile copies `.env` into the image.',
  why: '`COPY . .` takes all that `.dockerignore` does not name. Whoever can pull the image can read the secrets in it, and deleting the file in a later layer does not help.',
  fix: 'Add `.env` and `.env.*` to the `.dockerignore` of the directory that is built.',
  bad: { Dockerfile: lines('FROM node:22-alpine', 'COPY . .'), '.dockerignore': lines('node_modules') },
  good: {
    Dockerfile: lines('FROM node:22-alpine', 'COPY . .'),
    '.dockerignore': lines('node_modules', '.env', '.env.*'),
  },
  *check(repository) {
    for (const dockerfile of repository.dockerfiles) {
      if (/(^|\/)(tests?|fixtures|\.devcontainer)\//.test(dockerfile.file.path)) continue
      const copy = finalStages(dockerfile)
        .stages.flatMap(({ instructions }) => instructions)
        .concat(dockerfile.stages.flatMap(({ instructions }) => instructions))
        .find(({ name, value }) => (name === 'COPY' || name === 'ADD') && copiesAll(value))
      if (copy === undefined) continue
      for (const context of contextsOf(dockerfile.file, repository)) {
        const own = repository.files.get(`${dockerfile.file.path}.dockerignore`)
        const path = context === '.' ? '.dockerignore' : `${context}/.dockerignore`
        const ignore: SourceFile = own ?? repository.files.get(path) ?? { path, text: '' }
        if (isIgnored(ignore.text, '.env', 'docker')) continue
        const start = ignore.text === '' || ignore.text.endsWith('\n') ? '' : '\n'
        yield {
          at: copy,
          message: `This copies a \`.env\` into the image: ${ignore.path} does not name it.`,
          edits: [insertAt(ignore, ignore.text.length, `${start}.env\n.env.*\n`)],
        }
      }
    }
  },
}

function copiesAll(value: string): boolean {
  if (value.includes('--from=')) return false
  const words = value.startsWith('[')
    ? value
        .replaceAll(/["[\],]/g, ' ')
        .trim()
        .split(/\s+/)
    : value.split(/\s+/)
  return words
    .filter((word) => !word.startsWith('--'))
    .slice(0, -1)
    .some((word) => ['.', './', '/', '*', './*'].includes(word))
}

/** The directories that a Dockerfile is built in; the one that it lies in, where nobody says. */
function contextsOf(file: SourceFile, { apps, pushes }: Repository): string[] {
  const named = [
    ...apps.flatMap(({ services }) => services.flatMap((service) => buildOf(service) ?? [])),
    ...pushes.flatMap(({ context, dockerfile }) =>
      context === undefined || dockerfile === undefined ? [] : [{ context, dockerfile }],
    ),
  ].filter(({ dockerfile }) => dockerfile === file.path)
  const contexts = [...new Set(named.map(({ context }) => context))]
  return contexts.length > 0 ? contexts : [directoryOf(file.path)]
}
