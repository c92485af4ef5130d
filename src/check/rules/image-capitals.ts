import { lines } from '../lines.ts'
import type { Found, Rule } from '../rule.ts'
import type { Span } from '../source-file.ts'

export const imageCapitals: Rule = {
  code: 'IMAGE_CAPITALS',
  severity: 'error',
  title: 'The name of an image has capital letters.',
  why: 'Names in a registry are lower case. Docker refuses such a name: `repository name must be lowercase`. An owner on GitHub may have capitals, and `github.repository_owner` keeps them.',
  fix: 'Write the name in lower case. For an owner with capitals write it out, or let docker/metadata-action make the name.',
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
  const name = text.replaceAll(/\$\{\{[^}]*\}\}|\$\{[^}]*\}|\$\w+/g, (it) =>
    it.replace(/^\$\{\w+:?-?/, '').replace(/[^:/]/g, '_'),
  )
  const colon = name.lastIndexOf(':')
  const bare = colon > name.lastIndexOf('/') ? name.slice(0, colon) : name
  if (!/[A-Z]/.test(bare)) return
  const written = at.file.text.slice(at.start, at.end)
  // Only what stands there in full can be put in lower case.
  const end = written.lastIndexOf(':') > written.lastIndexOf('/') ? written.lastIndexOf(':') : written.length
  const isWhole = !written.includes('$') && written.includes(bare)
  yield {
    at,
    message: `The name \`${bare}\` has capital letters, which no registry takes.`,
    edits: isWhole
      ? [{ file: at.file, start: at.start, end: at.start + end, text: written.slice(0, end).toLowerCase() }]
      : [],
  }
}

function fillInName(text: string, githubName: string | undefined): string {
  if (githubName === undefined) return text
  const [owner = ''] = githubName.split('/')
  return text
    .replaceAll(/\$\{\{\s*github\.repository_owner\s*\}\}/g, owner)
    .replaceAll(/\$\{\{\s*github\.repository\s*\}\}/g, githubName)
}
