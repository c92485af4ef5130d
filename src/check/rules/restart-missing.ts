import { lines } from '../lines.ts'
import { isLongRunning, settingOf } from '../model/compose.ts'
import { scalarText } from '../parse/yaml-tree.ts'
import { insertAt, type Edit, type Rule } from '../rule.ts'
import type { Service } from '../model/compose.ts'

export const restartMissing: Rule = {
  code: 'RESTART_MISSING',
  severity: 'warning',
  title: 'A service does not restart after a crash or a reboot.',
  why: 'Docker restarts a container only if it has a restart policy. After the next kernel update of the server, the app is down.',
  hint: 'Add `restart: unless-stopped`.',
  bad: { 'docker-compose.yml': lines('services:', '  app:', '    image: ghcr.io/acme/shop:${IMAGE_TAG}') },
  good: {
    'docker-compose.yml': lines(
      'services:',
      '  app:',
      '    image: ghcr.io/acme/shop:${IMAGE_TAG}',
      '    restart: unless-stopped',
    ),
  },
  *check({ apps }) {
    for (const service of apps.flatMap(({ services }) => services)) {
      if (!isLongRunning(service) || settingOf(service, 'deploy', 'restart_policy') !== undefined) continue
      const restart = settingOf(service, 'restart')
      // `restart: "no"` is a decision.
      if (restart !== undefined && scalarText(restart) !== '') continue
      yield {
        at: service.key,
        message: `\`${service.name}\` does not restart after a crash or a reboot.`,
        // The key exists without a value: a second one would be refused.
        edits: restart === undefined ? addRestart(service) : [],
      }
    }
  },
}

function addRestart({ image, nodes }: Service): Edit[] {
  const [node] = nodes
  if (
    image === undefined ||
    node?.kind !== 'map' ||
    node.isFlow ||
    image.style === 'block' ||
    image.file !== node.file
  )
    return []
  // An image from an anchor is elsewhere in the file.
  if (image.start < node.start || image.end > node.end) return []
  const { file } = image
  // The indent of the first key: the image itself may be on a line below its key.
  const indent = file.text.slice(file.text.lastIndexOf('\n', node.start) + 1, node.start)
  if (indent.trim() !== '') return []
  const lineEnd = file.text.indexOf('\n', image.end)
  const end = lineEnd < 0 ? file.text.length : lineEnd
  return [insertAt(file, end, `\n${indent}restart: unless-stopped`)]
}
