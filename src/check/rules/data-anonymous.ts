import { lines } from '../lines.ts'
import { isLongRunning, mountsOf } from '../model/compose.ts'
import type { Rule } from '../rule.ts'

/** Where the images of databases keep their data: the VOLUME of their Dockerfiles. */
const dataOf: readonly { image: RegExp; directory: string }[] = [
  { image: /(^|\/)(postgres|postgis|timescaledb|pgvector)$/, directory: '/var/lib/postgresql' },
  { image: /(^|\/)(mysql|mariadb|percona)$/, directory: '/var/lib/mysql' },
  { image: /(^|\/)mongo$/, directory: '/data/db' },
]

export const dataAnonymous: Rule = {
  code: 'DATA_ANONYMOUS',
  severity: 'error',
  title: 'Data lies on a volume without a name.',
  why: '`docker compose down` and the next container leave it behind as one of many volumes with a long number, and `docker system prune --volumes` deletes it.',
  fix: 'Give the volume a name: `volumes: ["db:/var/lib/postgresql/data"]`, and `volumes: { db: }` at the top.',
  bad: { 'docker-compose.yml': lines('services:', '  db:', '    image: postgres:17', '    restart: always') },
  good: {
    'docker-compose.yml': lines(
      'services:',
      '  db:',
      '    image: postgres:17',
      '    restart: always',
      '    volumes: ["db:/var/lib/postgresql/data"]',
      'volumes:',
      '  db:',
    ),
  },
  *check({ apps }) {
    for (const service of apps.flatMap(({ services }) => services)) {
      if (!isLongRunning(service) || service.image === undefined) continue
      const mounts = mountsOf(service)
      for (const { at, source, target, isTmpfs } of mounts)
        if (
          source === undefined &&
          !isTmpfs &&
          !/node_modules|cache|tmp|vendor|\.next|dist|build/.test(target)
        )
          yield {
            at,
            message: `The data of \`${service.name}\` in ${target} lies on a volume without a name.`,
          }
      const data = dataOf.find(({ image }) => image.test(service.pattern?.repository ?? ''))
      const isKept = mounts.some(({ target }) => target.startsWith(data?.directory ?? ''))
      if (data !== undefined && !isKept)
        yield {
          at: service.image,
          message: `The data of \`${service.name}\` in ${data.directory} lies on a volume without a name.`,
        }
    }
  },
}
