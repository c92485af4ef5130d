import { parseTemplate } from '../../shared/compose-template.ts'

/**
 * The name of an image as far as the files tell: `*` stands for what is known only when it runs, within one part of the
 * name; `**` for any part of the name.
 */
export type ImagePattern = {
  registry: string
  /** `acme/shop`, `*` + `/shop`, `**`. */
  repository: string
  /** As it is written; undefined if there is no tag. */
  tag: string | undefined
}

/** Reads an image reference that may hold `${VAR:-default}`, `$VAR` and `${{ expressions }}`. */
export function parseImagePattern(text: string, githubName?: string): ImagePattern {
  const [bare = ''] = text.trim().split('@')
  const parts = parseTemplate(bare)
  const marked = parts
    .map(({ kind, source }, index) => (kind === 'text' ? source : `\u0001${index}\u0002`))
    .join('')
  const replaceMarks = (part: string, by: (source: string) => string): string =>
    part.replaceAll(/\u0001(\d+)\u0002/g, (_, index: string) => by(parts[Number(index)]?.source ?? ''))
  const colon = marked.lastIndexOf(':')
  const hasTag = colon > marked.lastIndexOf('/')
  const name = hasTag ? marked.slice(0, colon) : marked
  const resolved = replaceMarks(name, (source) => wildcardFor(source, githubName))
  const [first = '', ...rest] = resolved.split('/')
  const isHost = rest.length > 0 && (/[.:*]/.test(first) || first === 'localhost')
  return {
    registry: isHost ? first : resolved.startsWith('**') ? '**' : 'docker.io',
    repository: isHost ? rest.join('/') : resolved,
    tag: hasTag ? replaceMarks(marked.slice(colon + 1), (source) => source) : undefined,
  }
}

/** Whether two patterns can mean the same image; tags do not count. */
export function mayBeSame(a: ImagePattern, b: ImagePattern): boolean {
  if (!partsMeet(a.registry, b.registry)) return false
  if (a.repository.includes('**') || b.repository.includes('**')) return true
  const left = a.repository.toLowerCase().split('/')
  const right = b.repository.toLowerCase().split('/')
  return left.length === right.length && left.every((part, index) => partsMeet(part, right[index] ?? ''))
}

/** The name for people: with `…` for what is not known. */
export function showPattern({ registry, repository }: ImagePattern): string {
  const name = registry === 'docker.io' ? repository : `${registry}/${repository}`
  return name.replaceAll(/\*+/g, '…')
}

function wildcardFor(piece: string, githubName: string | undefined): string {
  const expression = /^\$\{\{\s*(.*?)\s*\}\}$/.exec(piece)?.[1]
  if (expression === undefined) return '*'
  if (expression === 'github.repository_owner') return githubName?.split('/')[0] ?? '*'
  if (expression === 'github.repository') return githubName ?? '*/*'
  if (expression === 'github.event.repository.name') return githubName?.split('/')[1] ?? '*'
  return /^matrix\./.test(expression) ? '*' : '**'
}

function partsMeet(a: string, b: string): boolean {
  if (a.includes('**') || b.includes('**')) return true
  if (!a.includes('*') && !b.includes('*')) return a === b
  const [startA, endA] = endsOf(a)
  const [startB, endB] = endsOf(b)
  const starts = startA.startsWith(startB) || startB.startsWith(startA)
  const ends = endA.endsWith(endB) || endB.endsWith(endA)
  return starts && ends
}

/** What stands before the first and after the last star; a text without one begins and ends with all of it. */
function endsOf(part: string): [string, string] {
  const first = part.indexOf('*')
  return first < 0 ? [part, part] : [part.slice(0, first), part.slice(part.lastIndexOf('*') + 1)]
}
