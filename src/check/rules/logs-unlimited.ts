import { lines } from '../lines.ts'
import { isLongRunning, settingOf, type Service } from '../model/compose.ts'
import { childOf, scalarText } from '../parse/yaml-tree.ts'
import type { Rule } from '../rule.ts'

export const logsUnlimited: Rule = {
  code: 'LOGS_UNLIMITED',
  severity: 'note',
  title: 'Container logs grow until the disk is full.',
  why: 'Docker keeps the whole output of a container in one file, as long as the container exists.',
  hint: 'Set `logging: { driver: local }` for the services, which keeps 100 MB each, or set it for the whole server in `/etc/docker/daemon.json`.',
  bad: { 'docker-compose.yml': lines('services:', '  app:', '    image: ghcr.io/acme/shop:${IMAGE_TAG}') },
  good: {
    'docker-compose.yml': lines(
      'services:',
      '  app:',
      '    image: ghcr.io/acme/shop:${IMAGE_TAG}',
      '    logging: { driver: local }',
    ),
  },
  *check({ apps }) {
    for (const { services } of apps) {
      const unlimited = services.filter((service) => isLongRunning(service) && !isLimited(service))
      const [first] = unlimited
      if (first === undefined) continue
      const names = unlimited.map(({ name }) => `\`${name}\``).join(', ')
      yield { at: first.key, message: `The logs of ${names} have no size limit, unless the server sets one.` }
    }
  },
}

function isLimited(service: Service): boolean {
  const logging = settingOf(service, 'logging')
  const driver = scalarText(childOf(logging, 'driver'))
  // Drivers other than `json-file` limit their files or keep no files on the disk.
  if (driver !== undefined && driver !== 'json-file') return true
  return childOf(childOf(logging, 'options'), 'max-size') !== undefined
}
