import { lines } from '../lines.ts'
import { publishedPorts } from '../model/compose.ts'
import type { Rule } from '../rule.ts'

const stores = new Map([
  ['5432', 'PostgreSQL'],
  ['3306', 'MySQL'],
  ['27017', 'MongoDB'],
  ['6379', 'Redis'],
  ['9200', 'Elasticsearch'],
  ['11211', 'Memcached'],
  ['5672', 'RabbitMQ'],
])

export const portOpen: Rule = {
  code: 'PORT_OPEN',
  severity: 'error',
  title: 'A database is published to the whole internet.',
  why: 'Docker writes its own rules of the firewall: a port in `ports` is open although ufw says it is closed. Redis and MongoDB ask for no password by default.',
  fix: 'Leave `ports` out: services of one compose file reach each other without. For a tunnel publish it on the server alone: `127.0.0.1:5432:5432`.',
  bad: {
    'docker-compose.yml': lines('services:', '  db:', '    image: postgres:17', '    ports: ["5432:5432"]'),
  },
  good: {
    'docker-compose.yml': lines(
      'services:',
      '  db:',
      '    image: postgres:17',
      '    ports: ["127.0.0.1:5432:5432"]',
    ),
  },
  *check({ apps }) {
    for (const service of apps.flatMap(({ services }) => services)) {
      for (const { at, address, published, target } of publishedPorts(service)) {
        const store = stores.get(target)
        const isOpen = address === '' || address === '0.0.0.0' || address === '[::]' || address === '::'
        if (store !== undefined && isOpen)
          yield {
            at,
            message: `${store} of the service \`${service.name}\` answers on port ${published} of every address of the server.`,
          }
      }
    }
  },
}
