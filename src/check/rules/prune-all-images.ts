import { lines } from '../lines.ts'
import { flagOf, isCommand } from '../parse/shell-command.ts'
import type { Rule } from '../rule.ts'

export const pruneAllImages: Rule = {
  code: 'PRUNE_ALL_IMAGES',
  severity: 'warning',
  title: 'A script deletes every image that does not run.',
  why: 'The images of the last release go with them. A rollback then has to pull, with a token that has expired by then, and images of other apps on the server are gone as well.',
  fix: 'Leave `-a` out, and keep the images of the last releases by a tag.',
  bad: { 'deploy.sh': lines('set -eu', 'docker image prune -af') },
  good: { 'deploy.sh': lines('set -eu', 'docker image prune -f') },
  *check({ scripts, workflows }) {
    // On a runner of GitHub there is nothing to keep.
    const remote = workflows.flatMap(({ jobs }) =>
      jobs.flatMap(({ steps }) =>
        steps.flatMap(({ commands, isOnServer }) => commands.filter(({ isBare }) => isOnServer || !isBare)),
      ),
    )
    for (const command of [...scripts.flatMap(({ commands }) => commands), ...remote]) {
      const prunes =
        isCommand(command, 'docker', 'system', 'prune') || isCommand(command, 'docker', 'image', 'prune')
      const all = prunes ? flagOf(command, '-a', '--all') : undefined
      const isOld = command.words.some(({ text }) => /until=/.test(text))
      if (all !== undefined && !isOld)
        yield { at: command, message: 'This deletes the images that a rollback needs.' }
    }
  },
}
