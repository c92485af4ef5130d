import { parseJson } from '../shared/parse-json.ts'
import type { ImageShape, TaskShape } from './app-shape.ts'
import { isIn, isSource, type Repository } from './repository.ts'

/** Tasks that a deploy of the app has to run: those of its package.json, else those of its framework. */
export function findTasks(repository: Repository, images: readonly ImageShape[]): TaskShape[] {
  const hasWhole = images.some(({ service }) => service === 'app')
  const services = (directory: string): string[] => {
    const own = images.filter(({ context }) => context === directory).map(({ service }) => service)
    const best = own.find((service) => /back|api|server/.test(service)) ?? own[0] ?? 'app'
    return [...new Set([best, ...(hasWhole ? ['app'] : [])])]
  }
  const directories = [...new Set(images.map(({ context }) => context))].sort((a, b) => b.length - a.length)
  for (const directory of directories) {
    const tasks = tasksIn(directory, repository)
    if (tasks.length > 0) return tasks.map((task) => ({ ...task, services: services(directory) }))
  }
  return []
}

function tasksIn(directory: string, { texts }: Repository): Omit<TaskShape, 'services'>[] {
  const path = (name: string): string => (directory === '.' ? name : `${directory}/${name}`)
  const scripts = readScripts(texts.get(path('package.json')) ?? '')
  const migrate = ['migrate', 'db:migrate', 'migration:run'].find((name) => scripts.includes(name))
  const found: Omit<TaskShape, 'services'>[] = []
  if (migrate !== undefined) found.push({ name: 'migrate', run: ['npm', 'run', migrate], when: 'before' })
  else if (texts.has(path('manage.py')))
    found.push({ name: 'migrate', run: ['python', 'manage.py', 'migrate', '--noinput'], when: 'before' })
  else if (texts.has(path('bin/rails')))
    found.push({ name: 'migrate', run: ['bin/rails', 'db:migrate'], when: 'before' })
  if (scripts.includes('sync-manual'))
    found.push({ name: 'sync-manual', run: ['npm', 'run', 'sync-manual'], when: 'after' })
  return found
}

function readScripts(packageText: string): string[] {
  const content = parseJson(packageText) as { scripts?: Record<string, unknown> } | null | undefined
  return Object.keys(content?.scripts ?? {})
}

/** Set by the platform or the image, not by `.env`. */
const known =
  /^(?:NODE_ENV|PORT|HOST|HOSTNAME|HOME|PATH|CI|TZ|PWD|USER|LANG|APP_VERSION|VERSION|DEBUG|npm_.*)$/

/** Names of the environment variables that the sources of these images read. */
export function findVariables({ texts }: Repository, images: readonly ImageShape[]): string[] {
  const sources = [...texts].filter(
    ([path]) => isSource(path) && images.some(({ context }) => isIn(path, context)),
  )
  const reads =
    /(?:process\.env\.|process\.env\[['"]|environ(?:\.get\()?\[?['"]|getenv\(['"]|ENV(?:\.fetch\(|\[)['"]|Getenv\(")([A-Z][A-Z0-9_]+)/g
  const names = sources.flatMap(([, source]) => [...source.matchAll(reads)].map(([, name = '']) => name))
  return [...new Set([...names, ...namesInExamples(texts)])].filter((name) => !known.test(name)).sort()
}

/** Names that examples of env files beside the parts of the app list, but the one at the root, even in a comment, does not. */
export function findUnlisted({ texts }: Repository): string[] {
  const there = namesIn((texts.get('.env.example') ?? '').replaceAll(/^\s*#/gm, ''))
  return [...new Set(namesInExamples(texts))]
    .filter((name) => !known.test(name) && !there.includes(name))
    .sort()
}

function namesInExamples(texts: Repository['texts']): string[] {
  return [...texts].flatMap(([path, text]) =>
    /(?:^|\/)\.env\.(?:example|sample|template)$/.test(path) ? namesIn(text) : [],
  )
}

/** The names in a dotenv file; no value is taken. */
function namesIn(text: string): string[] {
  return [...text.matchAll(/^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/gm)].map(([, name = '']) => name)
}
