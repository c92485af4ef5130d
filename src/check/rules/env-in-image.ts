import { lines } from '../lines.ts'
import { fileKindOf, isForDevelopment } from '../file-kind.ts'
import { namedContexts } from '../model/build-contexts.ts'
import { envFilesOf } from '../model/compose.ts'
import { contextCopies } from '../model/context-copies.ts'
import { isIgnored } from '../parse/ignore-file.ts'
import type { Repository } from '../repository.ts'
import { insertAt, type Rule } from '../rule.ts'
import { directoryOf, type SourceFile } from '../source-file.ts'

export const envInImage: Rule = {
  code: 'ENV_IN_IMAGE',
  severity: 'error',
  title: 'A Dockerfile copies `.env` into the image.',
  why: '`COPY . .` copies every file that `.dockerignore` does not exclude. Every user who can pull the image can read its secrets. Deleting the file in a later layer does not help.',
  hint: 'Add `.env` and `.env.*` to the `.dockerignore` of the build context.',
  bad: {
    Dockerfile: lines('FROM node:22-alpine', 'COPY . .'),
    '.dockerignore': lines('node_modules'),
    '.gitignore': lines('.env'),
  },
  good: {
    Dockerfile: lines('FROM node:22-alpine', 'COPY . .'),
    '.dockerignore': lines('node_modules', '.env', '.env.*'),
    '.gitignore': lines('.env'),
  },
  *check(repository) {
    for (const dockerfile of repository.dockerfiles) {
      const [copy] = contextCopies(dockerfile)
      if (copy === undefined) continue
      for (const context of contextsOf(dockerfile.file, repository)) {
        const own = repository.files.get(`${dockerfile.file.path}.dockerignore`)
        const path = context === '.' ? '.dockerignore' : `${context}/.dockerignore`
        const ignore: SourceFile = own ?? repository.files.get(path) ?? { path, text: '' }
        if (isIgnored(ignore.text, '.env', 'docker') || !mayHaveEnv(context, repository)) continue
        const start = ignore.text === '' || ignore.text.endsWith('\n') ? '' : '\n'
        yield {
          at: copy,
          message: `This instruction copies \`.env\` into the image: ${ignore.path} does not exclude it.`,
          edits: [insertAt(ignore, ignore.text.length, `${start}.env\n.env.*\n`)],
        }
      }
    }
  },
}

/** Whether a directory is likely to have a `.env`: git ignores one there, it has an example, or Compose reads one. */
function mayHaveEnv(directory: string, { files, tracked, apps }: Repository): boolean {
  const isThere = [...files.keys(), ...(tracked ?? [])].some(
    (path) => directoryOf(path) === directory && /^env(-example)?$/.test(fileKindOf(path) ?? ''),
  )
  const ignore = files.get(directory === '.' ? '.gitignore' : `${directory}/.gitignore`)
  const isRead = apps.some(
    (app) =>
      (app.directory === directory && app.files.some(({ file }) => file.text.includes('${'))) ||
      app.services.some((service) => envFilesOf(service).some((path) => directoryOf(path) === directory)),
  )
  return isThere || isRead || (ignore !== undefined && isIgnored(ignore.text, '.env', 'git'))
}

/** The build contexts of a Dockerfile. Its own directory if no context is named and it is not for development. */
function contextsOf(file: SourceFile, repository: Repository): string[] {
  const contexts = namedContexts(file, repository)
  return contexts.length > 0 || isForDevelopment(file.path) ? contexts : [directoryOf(file.path)]
}
