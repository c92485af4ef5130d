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
  title: 'A database port is open to the whole internet.',
  why: 'Docker writes its own firewall rules: a port in `ports` is open even if ufw reports it as closed. Redis and MongoDB have no password by default.',
  hint: 'Remove `ports`: services of one compose file reach each other without it. For a tunnel, publish the port on the server only: `127.0.0.1:5432:5432`.',
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
            message: `${store} in the service \`${service.name}\` is reachable on port ${published} of every address of the server.`,
          }
      }
    }
  },
}
