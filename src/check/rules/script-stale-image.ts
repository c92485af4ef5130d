import { lines } from '../lines.ts'
import { deployScripts } from '../model/deploys.ts'
import { flagOf, isCommand, isCompose, optionOf } from '../parse/shell-command.ts'
import type { Rule } from '../rule.ts'

export const scriptStaleImage: Rule = {
  code: 'SCRIPT_STALE_IMAGE',
  severity: 'warning',
  title: 'A deploy script starts the app without pulling its images.',
  why: 'Compose uses the image that the server has under that tag, however old. If the tag has moved, as `:latest` does, the deploy changes nothing and reports success.',
  hint: 'Run `docker compose pull --policy always` before `up`.',
  bad: { 'deploy.sh': lines('set -eu', 'docker compose up -d') },
  good: { 'deploy.sh': lines('set -eu', 'docker compose pull --policy always', 'docker compose up -d') },
  *check(repository) {
    for (const { commands } of deployScripts(repository)) {
      const pulls = commands.some(
        (it) => isCompose(it, 'pull') || isCompose(it, 'build') || isCommand(it, 'docker', 'pull'),
      )
      const up = commands.find((it) => isCompose(it, 'up'))
      if (
        up !== undefined &&
        !pulls &&
        flagOf(up, '--build') === undefined &&
        optionOf(up, '--pull') === undefined
      )
        yield {
          at: up,
          message: 'No image is pulled before this command: an old image with the same tag starts again.',
        }
    }
  },
}
