import { parseTemplate, type TemplatePart } from '../../shared/compose-template.ts'
import { lines } from '../lines.ts'
import type { Found, Rule } from '../rule.ts'
import type { Span } from '../source-file.ts'

export const imageCapitals: Rule = {
  code: 'IMAGE_CAPITALS',
  severity: 'error',
  title: 'An image name has capital letters.',
  why: 'Registries accept lower case only, and Docker refuses other names: `repository name must be lowercase`. The name of a GitHub owner may have capitals, and `github.repository_owner` keeps them.',
  hint: 'Write the name in lower case. For an owner with capitals, write the name out or generate it with docker/metadata-action.',
  bad: {
    'docker-compose.yml': lines('services:', '  web:', '    image: ghcr.io/Acme/Shop:v1'),
  },
  good: {
    'docker-compose.yml': lines('services:', '  web:', '    image: ghcr.io/acme/shop:v1'),
  },
  *check({ apps, pushes, githubName }) {
    for (const { image } of apps.flatMap(({ services }) => services))
      if (image !== undefined) yield* judge(image.text, image)
    for (const { text, at } of pushes.flatMap(({ images }) => images))
      yield* judge(fillInName(text, githubName), at)
  },
}

function* judge(text: string, at: Span): Iterable<Found> {
  const name = withBlanks(text)
  const colon = name.lastIndexOf(':')
  const bare = colon > name.lastIndexOf('/') ? name.slice(0, colon) : name
  if (!/[A-Z]/.test(bare)) return
  const written = at.file.text.slice(at.start, at.end)
  // Only a name that is written in full can be changed to lower case.
  const end = written.lastIndexOf(':') > written.lastIndexOf('/') ? written.lastIndexOf(':') : written.length
  const isWhole = !written.includes('$') && written.includes(bare)
  yield {
    at,
    message: `The name \`${bare}\` has capital letters, which no registry accepts.`,
    edits: isWhole
      ? [{ file: at.file, start: at.start, end: at.start + end, text: written.slice(0, end).toLowerCase() }]
      : [],
  }
}

/** The text with `_` for what is not known in it, such as `${OWNER}`. */
function withBlanks(text: string): string {
  const blank = (part: TemplatePart): string => {
    if (part.kind === 'text') return part.source
    if (part.kind === 'foreign') return part.source.replace(/[^:/]/g, '_')
    return `_${part.operand.map(blank).join('').replace(/[^:/]/g, '_')}`
  }
  return parseTemplate(text).map(blank).join('')
}

function fillInName(text: string, githubName: string | undefined): string {
  if (githubName === undefined) return text
  const [owner = ''] = githubName.split('/')
  return text
    .replaceAll(/\$\{\{\s*github\.repository_owner\s*\}\}/g, owner)
    .replaceAll(/\$\{\{\s*github\.repository\s*\}\}/g, githubName)
}
