import { lines } from '../lines.ts'
import { isIgnored } from '../parse/ignore-file.ts'
import { settingOf } from '../model/compose.ts'
import { scalarText, scalarsOf, childOf } from '../parse/yaml-tree.ts'
import { insertAt, type Rule } from '../rule.ts'
import { directoryOf, topOf, type SourceFile } from '../source-file.ts'

export const envNotIgnored: Rule = {
  code: 'ENV_NOT_IGNORED',
  severity: 'warning',
  title: 'The app reads a `.env` that git does not ignore.',
  why: 'The next `git add .` on a machine with a `.env` commits its secrets.',
  hint: 'Add `.env` to `.gitignore`.',
  bad: {
    'docker-compose.yml': lines(
      'services:',
      '  app:',
      '    image: ghcr.io/acme/shop:v1',
      '    env_file: .env',
    ),
    '.gitignore': lines('node_modules'),
  },
  good: {
    'docker-compose.yml': lines(
      'services:',
      '  app:',
      '    image: ghcr.io/acme/shop:v1',
      '    env_file: .env',
    ),
    '.gitignore': lines('node_modules', '.env'),
  },
  *check({ apps, files, tracked }) {
    if (tracked === undefined) return
    const root = files.get('.gitignore')
    for (const { directory, services } of apps) {
      const reads = services.some((service) => {
        const node = settingOf(service, 'env_file')
        const listed =
          node?.kind === 'list' ? node.items.map((item) => scalarText(childOf(item, 'path'))) : []
        return [...scalarsOf(node).map(({ text }) => text), ...listed].some((text) =>
          /^(\.\/)?\.env$/.test(text ?? ''),
        )
      })
      const path = directory === '.' ? '.env' : `${directory}/.env`
      if (!reads || tracked.has(path)) continue
      const ignoring = [...files.values()].filter(
        ({ path: file }) => file.endsWith('.gitignore') && isAbove(directoryOf(file), directory),
      )
      if (ignoring.some((file) => isIgnored(file.text, relativeTo(directoryOf(file.path), path), 'git')))
        continue
      const file: SourceFile = root ?? { path: '.gitignore', text: '' }
      const text = file.text === '' || file.text.endsWith('\n') ? '.env\n' : '\n.env\n'
      yield {
        at: topOf(file),
        message: `Git does not ignore \`${path}\`.`,
        edits: [insertAt(file, file.text.length, text)],
      }
    }
  },
}

function isAbove(upper: string, lower: string): boolean {
  return upper === '.' || upper === lower || lower.startsWith(`${upper}/`)
}

function relativeTo(directory: string, path: string): string {
  return directory === '.' ? path : path.slice(directory.length + 1)
}
