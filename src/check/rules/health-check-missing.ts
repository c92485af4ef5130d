import { lines } from '../lines.ts'
import { isLongRunning, settingOf } from '../model/compose.ts'
import { dockerfileOf, isOwnService, buildText } from '../model/own-images.ts'
import { exposedPorts, finalStages } from '../parse/dockerfile.ts'
import { childOf, scalarText } from '../parse/yaml-tree.ts'
import type { Rule } from '../rule.ts'

export const healthCheckMissing: Rule = {
  code: 'HEALTH_CHECK_MISSING',
  severity: 'warning',
  title: 'A service has neither a health check nor an exposed port.',
  why: 'A running container does not always answer. Without a health check or an exposed port, a release that hangs or listens on the wrong port gets the traffic.',
  hint: 'Give the service a `healthcheck` that sends a request to the app, or EXPOSE the port of the app in its Dockerfile.',
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
      const exposes =
        source !== undefined &&
        (exposedPorts(source.dockerfile, source.target).length > 0 ||
          mayExpose(finalStages(source.dockerfile, source.target).image))
      // An image that is built from one of several Dockerfiles may get it from any of them.
      const isUnclear =
        source === undefined && repository.dockerfiles.some((it) => exposedPorts(it).length > 0)
      if (!isOff && (isUnclear || exposes || /^HEALTHCHECK (?!NONE)/m.test(text ?? ''))) continue
      // A service without traffic needs no check: a release that hangs there loses no request.
      if (!isOff && takesNoRequests(service.name)) continue
      yield {
        at: isOff && check !== undefined ? check : service.key,
        message: `\`${service.name}\` has no health check${source === undefined ? '' : ', and its Dockerfile exposes no port'}: its readiness is unknown.`,
      }
    }
  },
}

function takesNoRequests(name: string): boolean {
  return /worker|celery|cron|schedul|beat|queue|consumer|backup|cleanup|(^|[-_])jobs?([-_]|$)/.test(name)
}

/** Whether an image may expose a port. The Dockerfiles of language and system images expose no port. */
function mayExpose(image: string): boolean {
  const bare =
    /^(?:docker\.io\/)?(?:library\/)?(?:alpine|amazoncorretto|amazonlinux|busybox|debian|eclipse-temurin|elixir|fedora|golang|node|openjdk|oven\/bun|perl|python|ruby|rust|scratch|ubuntu)(?:[:@]|$)/
  const isPhp = /^(?:docker\.io\/)?(?:library\/)?php(?::|$)(?!.*(?:fpm|apache))/
  return !bare.test(image) && !isPhp.test(image) && !/distroless|dotnet\//.test(image)
}
