import { lines } from '../lines.ts'
import { isLongRunning, publishedPorts, settingOf, type Service } from '../model/compose.ts'
import { isOwnService } from '../model/own-images.ts'
import { entriesOf, scalarText, childOf } from '../parse/yaml-tree.ts'
import type { Repository } from '../repository.ts'
import type { Rule } from '../rule.ts'
import type { Span } from '../source-file.ts'

export const notRollable: Rule = {
  code: 'NOT_ROLLABLE',
  severity: 'warning',
  title: 'A service of the app cannot run twice during a deploy.',
  why: 'A deploy has to stop the old container before it starts the new one. Behind a proxy that dray switches, a stand-in serves meanwhile if only `container_name` or a published port is in the way, at the cost of a second start. Otherwise the service is down in between.',
  hint: 'Publish ports on the proxy only (without one, `front: true` in dray.yml adds it), and remove `container_name`, `network_mode` and fixed addresses. If the service needs them, set `services: { NAME: { rollout: recreate } }` in dray.yml.',
  bad: {
    'docker-compose.yml': lines(
      'services:',
      '  app:',
      '    image: ghcr.io/acme/shop:${IMAGE_TAG}',
      '    container_name: shop',
    ),
  },
  good: { 'docker-compose.yml': lines('services:', '  app:', '    image: ghcr.io/acme/shop:${IMAGE_TAG}') },
  *check(repository) {
    for (const service of repository.apps.flatMap(({ services }) => services)) {
      const rollout = scalarText(
        childOf(childOf(childOf(repository.config?.root, 'services'), service.name), 'rollout'),
      )
      if (rollout === 'recreate' || !isLongRunning(service) || !isOwnService(service, repository)) continue
      if (isProxy(service)) continue
      const found = obstacleOf(service, hasFront(repository))
      if (found !== undefined)
        yield {
          at: found.at,
          message: `Two containers of \`${service.name}\` cannot run side by side: ${found.why}.`,
        }
    }
  },
}

/** Whether dray publishes the ports, in one environment at least. */
function hasFront({ config }: Repository): boolean {
  const environments = entriesOf(childOf(config?.root, 'environments')).map(([, { value }]) => value)
  return [config?.root, ...environments].some((node) => {
    const front = childOf(node, 'front')
    return front !== undefined && scalarText(front) !== 'false'
  })
}

/** A proxy that the app builds has to publish the ports. */
function isProxy(service: Service): boolean {
  return /nginx|proxy|traefik|caddy|haproxy|gateway/.test(`${service.name} ${service.image?.text ?? ''}`)
}

function obstacleOf(service: Service, hasFront: boolean): { at: Span; why: string } | undefined {
  const [port] = hasFront ? [] : publishedPorts(service)
  // A range of ports has one for each container, and so has a port that Docker chooses.
  if (port !== undefined && port.published !== '' && !port.published.includes('-'))
    return { at: port.at, why: `it publishes port ${port.published} of the host` }
  const name = settingOf(service, 'container_name')
  if (name !== undefined) return { at: name, why: `it has the fixed name \`${scalarText(name) ?? ''}\`` }
  const mode = settingOf(service, 'network_mode')
  if (mode !== undefined && /^(host|service:|container:)/.test(scalarText(mode) ?? ''))
    return { at: mode, why: `it uses \`network_mode: ${scalarText(mode) ?? ''}\`` }
  for (const [, { value }] of entriesOf(settingOf(service, 'networks'))) {
    const address = childOf(value, 'ipv4_address') ?? childOf(value, 'ipv6_address')
    if (address !== undefined) return { at: address, why: 'it has a fixed address' }
  }
  return undefined
}
