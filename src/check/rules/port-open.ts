import { lines } from '../lines.ts'
import { fileKindOf, isProduction } from '../file-kind.ts'
import { publishedPorts, settingOf, type ComposeApp } from '../model/compose.ts'
import { scalarText } from '../parse/yaml-tree.ts'
import type { Repository } from '../repository.ts'
import type { Rule } from '../rule.ts'
import { nameOf } from '../source-file.ts'

/** Data stores by the port that they listen on, and by their image. */
const stores = [
  { name: 'PostgreSQL', port: 5432, image: /postg|timescale|pgvector/ },
  { name: 'MySQL', port: 3306, image: /mysql|mariadb|percona/ },
  { name: 'MongoDB', port: 27017, image: /mongo(?!-express)/ },
  { name: 'Redis', port: 6379, image: /redis(?!-?(?:insight|commander))|valkey|keydb/ },
  { name: 'SQL Server', port: 1433, image: /mssql/ },
  { name: 'Oracle Database', port: 1521, image: /oracle/ },
  { name: 'Elasticsearch', port: 9200, image: /elasticsearch|opensearch(?!-dash)/ },
  { name: 'Memcached', port: 11211, image: /memcached/ },
  { name: 'RabbitMQ', port: 5672, image: /rabbitmq/ },
  { name: 'Cassandra', port: 9042, image: /cassandra|scylla/ },
  { name: 'CouchDB', port: 5984, image: /couchdb/ },
  { name: 'ClickHouse', port: 8123, image: /clickhouse/ },
  { name: 'InfluxDB', port: 8086, image: /influxdb/ },
  { name: 'etcd', port: 2379, image: /etcd/ },
]

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
  *check(repository) {
    for (const service of repository.apps.flatMap(({ services }) => services)) {
      const severity = mayBeForDevelopment(service.app, repository) ? 'warning' : 'error'

      for (const { at, address, published, target, protocol } of publishedPorts(service)) {
        const [first = NaN, last = first] = target.split('-').map(Number)
        const store = stores.find(({ port }) => first <= port && port <= last)
        const isOpen = ['', '0.0.0.0', '[::]', '::'].includes(address)
        if (store === undefined || !isOpen || protocol !== 'tcp') continue
        const port =
          published === '' ? 'a random port' : `${published.includes('-') ? 'ports' : 'port'} ${published}`
        yield {
          at,
          severity,
          message: `${store.name} in the service \`${service.name}\` is reachable on ${port} of every address of the server.`,
        }
      }
      const mode = settingOf(service, 'network_mode')
      const own = stores.find(({ image }) => image.test(service.pattern?.repository ?? ''))
      if (mode !== undefined && scalarText(mode) === 'host' && own !== undefined)
        yield {
          at: mode,
          severity,
          message: `${own.name} in the service \`${service.name}\` uses the network of the server: port ${own.port} is reachable on every address.`,
        }
    }
  },
}

/** Whether another compose file is for production, and no workflow, script or dray.yml names this one. */
function mayBeForDevelopment({ files, environment }: ComposeApp, repository: Repository): boolean {
  const paths = files.map(({ file }) => file.path)
  const hasOther = [...repository.files.keys()].some(
    (path) => fileKindOf(path) === 'compose' && isProduction(path),
  )
  const isNamed = [...repository.workflows, ...repository.scripts].some(({ file }) =>
    paths.some((path) => file.text.includes(nameOf(path))),
  )
  return environment === undefined && hasOther && !paths.some(isProduction) && !isNamed
}
