import { lines } from '../lines.ts'
import { isLongRunning, mountsOf } from '../model/compose.ts'
import type { Rule } from '../rule.ts'

/** Data directories of database images: the VOLUME of their Dockerfiles. */
const dataOf: readonly { image: RegExp; directory: string }[] = [
  { image: /(^|\/)(postgres|postgis|timescaledb|pgvector)$/, directory: '/var/lib/postgresql' },
  { image: /(^|\/)(mysql|mariadb|percona)$/, directory: '/var/lib/mysql' },
  { image: /(^|\/)mongo$/, directory: '/data/db' },
]

export const dataAnonymous: Rule = {
  code: 'DATA_ANONYMOUS',
  severity: 'error',
  title: 'Data is stored in an anonymous volume.',
  why: 'After `docker compose down`, the next container does not use the volume again. It is left behind under a random name, and `docker system prune --volumes` deletes it.',
  hint: 'Name the volume: `volumes: ["db:/var/lib/postgresql/data"]`, and `volumes: { db: }` at the top level.',
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
            message: `The data of \`${service.name}\` in ${target} is stored in an anonymous volume.`,
          }
      const data = dataOf.find(({ image }) => image.test(service.pattern?.repository ?? ''))
      const isKept = mounts.some(({ target }) => target.startsWith(data?.directory ?? ''))
      if (data !== undefined && !isKept)
        yield {
          at: service.image,
          message: `The data of \`${service.name}\` in ${data.directory} is stored in an anonymous volume.`,
        }
    }
  },
}
