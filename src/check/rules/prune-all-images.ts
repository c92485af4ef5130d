import { lines } from '../lines.ts'
import { serverCommands } from '../model/deploys.ts'
import { flagOf, isCommand } from '../parse/shell-command.ts'
import type { Rule } from '../rule.ts'

export const pruneAllImages: Rule = {
  code: 'PRUNE_ALL_IMAGES',
  severity: 'warning',
  title: 'A script deletes every image that no container uses.',
  why: 'This includes the images of the last release: a rollback has to pull them again, with a token that has expired by then. Images of other apps on the server are deleted too.',
  hint: 'Remove `-a`, and keep the images of the last releases with a tag.',
  bad: { 'deploy.sh': lines('set -eu', 'docker image prune -af') },
  good: { 'deploy.sh': lines('set -eu', 'docker image prune -f') },
  *check(repository) {
    // A GitHub runner has no images to keep.
    for (const command of serverCommands(repository)) {
      const prunes =
        isCommand(command, 'docker', 'system', 'prune') || isCommand(command, 'docker', 'image', 'prune')
      const all = prunes ? flagOf(command, '-a', '--all') : undefined
      const isOld = command.words.some(({ text }) => /until=/.test(text))
      if (all !== undefined && !isOld)
        yield { at: command, message: 'This command deletes the images that a rollback needs.' }
    }
  },
}
