import { isScheduler } from '../../shared/scheduler.ts'
import { lines } from '../lines.ts'
import { isLongRunning, settingOf } from '../model/compose.ts'
import { isOwnService } from '../model/own-images.ts'
import { nodeAt, scalarsOf, scalarText } from '../parse/yaml-tree.ts'
import type { Rule } from '../rule.ts'

export const schedulerRolled: Rule = {
  code: 'SCHEDULER_ROLLED',
  severity: 'warning',
  title: 'A scheduler runs twice during each deploy.',
  why: 'dray starts the new container beside the old one. For a scheduler or a cron loop that means two of them for some seconds: a job that is due then runs twice.',
  hint: 'Add `services: { NAME: { rollout: recreate } }` to dray.yml: dray then stops the old container before it starts the new one.',
  bad: exampleWith(),
  good: exampleWith('services: { beat: { rollout: recreate } }'),
  *check(repository) {
    const { apps, config } = repository
    if (config === undefined) return
    for (const service of apps.flatMap(({ services }) => services)) {
      const isOwn = isLongRunning(service) && isOwnService(service, repository)
      const rollout = scalarText(nodeAt(config.root, 'services', service.name, 'rollout'))
      const command = ['entrypoint', 'command'].flatMap((key) => scalarsOf(settingOf(service, key)))
      if (
        isOwn &&
        rollout === undefined &&
        isScheduler(service.name, command.map(({ text }) => text).join(' '))
      )
        yield {
          at: service.key,
          message: `\`${service.name}\` looks like a scheduler, and a deploy runs two of it for a while.`,
        }
    }
  },
}

function exampleWith(...services: readonly string[]): Record<string, string> {
  return {
    'docker-compose.yml': lines(
      'services:',
      '  beat:',
      '    image: ghcr.io/acme/shop:${IMAGE_TAG}',
      '    command: celery -A shop beat',
    ),
    'dray.yml': lines(
      'registry: ghcr.io/acme',
      'environments:',
      '  production: { host: deploy@shop.example.com }',
      ...services,
    ),
  }
}
