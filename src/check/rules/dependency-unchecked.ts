import { lines } from '../lines.ts'
import { dependenciesOf, settingOf, type Service } from '../model/compose.ts'
import { buildText, dockerfileOf } from '../model/own-images.ts'
import { finalStages } from '../parse/dockerfile.ts'
import { childOf, scalarText } from '../parse/yaml-tree.ts'
import type { Repository } from '../repository.ts'
import type { Rule } from '../rule.ts'

/** Official images whose Dockerfiles have no HEALTHCHECK (docker-library on GitHub, November 2026). */
const unchecked =
  /^(?:docker\.io\/)?(?:library\/)?(?:alpine|busybox|caddy|debian|golang|haproxy|httpd|mariadb|memcached|mongo|mysql|nginx|node|php|postgres|python|rabbitmq|redis|ruby|traefik|ubuntu|valkey\/valkey)(?:[:@]|$)/

export const dependencyUnchecked: Rule = {
  code: 'DEPENDENCY_UNCHECKED',
  severity: 'error',
  title: 'A service waits for the health of one that has no health check.',
  why: 'Compose gives up: `dependency failed to start: container has no healthcheck configured`.',
  hint: 'Give the service a `healthcheck`, or write `condition: service_started`.',
  bad: composeWith(),
  good: composeWith('    healthcheck: { test: ["CMD-SHELL", "pg_isready -U postgres"] }'),
  *check(repository) {
    for (const { services } of repository.apps)
      for (const service of services)
        for (const { name, at, condition } of dependenciesOf(service)) {
          const other = services.find((it) => it.name === name)
          if (condition === 'service_healthy' && other !== undefined && lacksCheck(other, repository))
            yield {
              at,
              message: `\`${service.name}\` waits until \`${name}\` is healthy, but \`${name}\` has no health check.`,
            }
        }
  },
}

/** Whether neither the compose file nor the image has a check, as far as the files tell. */
function lacksCheck(service: Service, repository: Repository): boolean {
  if (settingOf(service, 'extends') !== undefined) return false
  const check = settingOf(service, 'healthcheck')
  if (check !== undefined) return scalarText(childOf(check, 'disable')) === 'true'
  const source = dockerfileOf(service, repository)
  if (source === undefined) return unchecked.test(service.image?.text ?? '')
  const { dockerfile, target } = source
  return (
    !/^HEALTHCHECK /m.test(buildText(dockerfile, target)) &&
    unchecked.test(finalStages(dockerfile, target).image)
  )
}

function composeWith(...check: readonly string[]): Record<string, string> {
  return {
    'docker-compose.yml': lines(
      'services:',
      '  app:',
      '    image: ghcr.io/acme/shop:${IMAGE_TAG}',
      '    depends_on: { db: { condition: service_healthy } }',
      '  db:',
      '    image: postgres:17',
      ...check,
    ),
  }
}
