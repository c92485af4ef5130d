import { lines } from '../lines.ts'
import { childOf, entriesOf, nodeAt, scalarsOf, type YamlNode } from '../parse/yaml-tree.ts'
import type { Rule } from '../rule.ts'
import type { Span } from '../source-file.ts'

export const drayServiceUnknown: Rule = {
  code: 'DRAY_SERVICE_UNKNOWN',
  severity: 'error',
  title: 'dray.yml names a service that no compose file has.',
  why: 'dray refuses the deploy, or a task never runs.',
  hint: 'Correct the name. Each environment needs one service of a list.',
  bad: {
    'dray.yml': lines(
      'environments:',
      '  production: { hosts: [deploy@a.example.com, { host: deploy@b.example.com, services: [bakend] }] }',
      'tasks:',
      '  migrate: { service: api, run: npm run migrate, when: before }',
    ),
    'docker-compose.yml': lines('services:', '  backend:', '    image: ghcr.io/acme/shop:${IMAGE_TAG}'),
  },
  good: {
    'dray.yml': lines(
      'environments:',
      '  production: { hosts: [deploy@a.example.com, { host: deploy@b.example.com, services: [backend] }] }',
      'tasks:',
      '  migrate: { service: backend, run: npm run migrate, when: before }',
    ),
    'docker-compose.yml': lines('services:', '  backend:', '    image: ghcr.io/acme/shop:${IMAGE_TAG}'),
  },
  *check({ config, apps }) {
    if (config === undefined || apps.length === 0) return
    const known = new Set(apps.flatMap(({ services }) => services.map(({ name }) => name)))
    const named: { name: string; at: Span }[] = [
      ...[nodeAt(config.root, 'proxy', 'service'), nodeAt(config.root, 'front', 'services')]
        .flatMap((it) => scalarsOf(it))
        .map((at) => ({ name: at.text, at })),
      ...entriesOf(childOf(config.root, 'environments')).flatMap(([, { value }]) => rolesOf(value)),
      ...entriesOf(childOf(config.root, 'services')).map(([name, { key }]) => ({ name, at: key })),
      ...entriesOf(childOf(config.root, 'tasks')).flatMap(([, { value }]) => {
        const services = scalarsOf(childOf(value, 'service'))
        // A list gives the names of one service in several environments: one of them must be known.
        return services.some(({ text }) => known.has(text))
          ? []
          : services.map((at) => ({ name: at.text, at }))
      }),
    ]
    for (const { name, at } of named)
      if (!known.has(name))
        yield {
          at,
          message: `No compose file has a service \`${name}\`; known services: ${[...known].join(', ')}.`,
        }
  },
}

/** The services of the hosts that have a role: `hosts: [{ host: …, services: […] }]`. */
function rolesOf(environment: YamlNode): { name: string; at: Span }[] {
  const hosts = childOf(environment, 'hosts')
  const roles = hosts?.kind === 'list' ? hosts.items.map((it) => childOf(it, 'services')) : []
  return roles.flatMap((it) => scalarsOf(it)).map((at) => ({ name: at.text, at }))
}
