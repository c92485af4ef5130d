import { targetsOf } from './ports.ts'
import type { ShapeService } from './shape.ts'

/** A third party's image, by its name at Docker Hub, and the port that it listens on unless told. */
export type ThirdImage = { name: string; repository: string; tag: string; port: number }

const byPort: readonly ThirdImage[] = [
  image('postgres', '16', 5432),
  image('redis', '7', 6379),
  image('mongo', '7', 27017),
  image('mysql', '8', 3306),
  image('rabbitmq', '4', 5672),
  image('elasticsearch', '8.15.0', 9200),
  image('nats', '2', 4222),
  image('grafana/grafana', '11.3.0', 3000),
  image('prom/prometheus', 'v3.0.0', 9090),
  image('minio/minio', 'RELEASE.2025-04-22T22-12-26Z', 9000),
]

/** All that stand-ins are made for. */
export const thirdImages = byPort

/** The image of a third party's service: by its port, else a database or, where it answers through a proxy, a web tool. */
export function thirdImageOf(service: ShapeService, index: number): ThirdImage {
  const [target] = targetsOf(service)
  const known = byPort.find(({ port }) => port === target)
  if (known !== undefined) return known
  const isWeb = service.proxied !== undefined || service.traefik
  return byPort[isWeb ? 7 : index % 2] ?? image('postgres', '16', 5432)
}

function image(name: string, tag: string, port: number): ThirdImage {
  return { name: `${name}:${tag}`, repository: name.includes('/') ? name : `library/${name}`, tag, port }
}
