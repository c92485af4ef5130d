import { lines } from '../lines.ts'
import { showPattern } from '../parse/image-pattern.ts'
import { isOwnService } from '../model/own-images.ts'
import type { Rule } from '../rule.ts'

export const imageFloating: Rule = {
  code: 'IMAGE_FLOATING',
  severity: 'warning',
  title: 'A third-party image has no tag, or `:latest`.',
  why: 'The next pull may bring another major version. A database then refuses to start with the data of the old one.',
  hint: 'Pin a version: `postgres:17`.',
  bad: { 'docker-compose.yml': lines('services:', '  db:', '    image: postgres') },
  good: { 'docker-compose.yml': lines('services:', '  db:', '    image: postgres:17') },
  *check(repository) {
    for (const service of repository.apps.flatMap(({ services }) => services)) {
      const { image, pattern, name } = service
      if (image === undefined || pattern === undefined || isOwnService(service, repository)) continue
      if (image.text.includes('@sha256:') || pattern.repository.includes('*') || image.text === '') continue
      if (pattern.tag === undefined || pattern.tag === 'latest')
        yield {
          at: image,
          message: `The service \`${name}\` runs \`${showPattern(pattern)}:latest\`, which changes over time.`,
        }
    }
  },
}
