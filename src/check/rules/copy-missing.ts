import { isForDevelopment } from '../file-kind.ts'
import { lines } from '../lines.ts'
import { namedContexts } from '../model/build-contexts.ts'
import { copySources } from '../model/context-copies.ts'
import { isIgnored } from '../parse/ignore-file.ts'
import type { Repository } from '../repository.ts'
import type { Rule } from '../rule.ts'
import { directoryOf, joinPath, nameOf } from '../source-file.ts'

export const copyMissing: Rule = {
  code: 'COPY_MISSING',
  severity: 'error',
  title: 'A Dockerfile copies a file that the build context does not have.',
  why: 'The build fails: the file is not found. Paths in COPY start at the build context, not at the Dockerfile.',
  hint: 'Correct the path or the build context, or commit the file. If a step before the build creates it, add it to `.gitignore`.',
  bad: {
    Dockerfile: lines('FROM node:22-alpine', 'COPY package.json ./'),
    'app/package.json': '{}\n',
  },
  good: {
    Dockerfile: lines('FROM node:22-alpine', 'COPY app/package.json ./'),
    'app/package.json': '{}\n',
  },
  *check(repository) {
    const { dockerfiles, workflows } = repository
    // A job may bring files of another job.
    if (workflows.some(({ file }) => file.text.includes('download-artifact'))) return
    for (const dockerfile of dockerfiles.filter(({ file }) => !isForDevelopment(file.path))) {
      const named = namedContexts(dockerfile.file, repository)
      // Where no file names the context, it may be the root too.
      const contexts = named.length > 0 ? named : [directoryOf(dockerfile.file.path), '.']
      for (const { instruction, source } of copySources(dockerfile)) {
        const paths = contexts.flatMap((context) => joinPath(context, source.replace(/^\/+/, '')) ?? [])
        if (paths.length === 0 || paths.some((path) => mayExist(path, repository))) continue
        const where = named[0] === undefined || named[0] === '.' ? '' : ` \`${named[0]}\``
        yield { at: instruction, message: `The build context${where} has no \`${source}\`.` }
      }
    }
  },
}

/** Whether a clone has a path, or a step before the build may create it. */
function mayExist(path: string, { tracked, files }: Repository): boolean {
  if (tracked === undefined || path === '.') return true
  for (const it of tracked)
    if (it === path || it.startsWith(`${path}/`) || path.startsWith(`${it}/`)) return true
  return [...files.values()].some(({ path: file, text }) => {
    if (nameOf(file) !== '.gitignore') return false
    const directory = directoryOf(file)
    const below =
      directory === '.' ? path : path.startsWith(`${directory}/`) && path.slice(directory.length + 1)
    return below !== false && (isIgnored(text, below, 'git') || isIgnored(text, `${below}/`, 'git'))
  })
}
