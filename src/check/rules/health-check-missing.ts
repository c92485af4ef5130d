import { lines } from '../lines.ts'
import { isLongRunning, settingOf } from '../model/compose.ts'
import { dockerfileOf, isOwnService, buildText } from '../model/own-images.ts'
import { exposedPorts } from '../parse/dockerfile.ts'
import { childOf, scalarText } from '../parse/yaml-tree.ts'
import type { Rule } from '../rule.ts'

export const healthCheckMissing: Rule = {
  code: 'HEALTH_CHECK_MISSING',
  severity: 'warning',
  title: 'Nothing tells whether a service of the app is ready.',
  why: 'A container that runs is not one that answers. Without a check, or a port that its image exposes, a release that hangs or listens on the wrong port takes the traffic.',
  fix: 'Give the service a `healthcheck` that asks the app itself, or let its Dockerfile EXPOSE the port it listens on.',
  bad: { 'docker-compose.yml': lines('services:', '  app:', '    image: ghcr.io/acme/shop:${IMAGE_TAG}') },
  good: {
    'docker-compose.yml': lines(
      'services:',
      '  app:',
      '    image: ghcr.io/acme/shop:${IMAGE_TAG}',
      '    healthcheck:',
      '      test: ["CMD", "curl", "-f", "http://localhost:8000/health"]',
    ),
  },
  *check(repository) {
    for (const service of repository.apps.flatMap(({ services }) => services)) {
      if (!isLongRunning(service) || !isOwnService(service, repository)) continue
      const check = settingOf(service, 'healthcheck')
      const isOff = scalarText(childOf(check, 'disable')) === 'true'
      if (check !== undefined && !isOff) continue
      const source = dockerfileOf(service, repository)
      const text = source && buildText(source.dockerfile, source.target)
      const exposes = source !== undefined && exposedPorts(source.dockerfile, source.target).length > 0
      if (!isOff && (exposes || /^HEALTHCHECK (?!NONE)/m.test(text ?? ''))) continue
      // A worker that another command starts may listen on nothing at all.
      yield {
        at: isOff && check !== undefined ? check : service.key,
        message: `Nothing tells whether \`${service.name}\` is ready: it has no health check${source === undefined ? '' : ', and its Dockerfile exposes no port'}.`,
      }
    }
  },
}
