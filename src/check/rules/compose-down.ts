import { lines } from '../lines.ts'
import { serverScripts } from '../model/deploys.ts'
import { flagOf, isCompose, type ShellCommand } from '../parse/shell-command.ts'
import type { Rule } from '../rule.ts'

export const composeDown: Rule = {
  code: 'COMPOSE_DOWN',
  severity: 'error',
  title: 'A deploy takes the whole app down before it starts the new release.',
  why: 'From `down` to the end of `up` nothing answers, and when the new release does not start nothing answers at all. With `-v` the volumes are deleted, with the data.',
  fix: 'Leave `down` out: `up -d` replaces what changed. `dray deploy` stops nothing before the new containers are healthy.',
  bad: {
    'deploy.sh': lines('set -eu', 'docker compose pull', 'docker compose down', 'docker compose up -d'),
  },
  good: { 'deploy.sh': lines('set -eu', 'docker compose pull', 'docker compose up -d') },
  *check(repository) {
    for (const { commands } of serverScripts(repository)) {
      for (const command of commands.filter((it) => isCompose(it, 'down'))) {
        if (!isFollowed(command, commands)) continue
        const volumes = flagOf(command, '-v', '--volumes')
        const message =
          volumes === undefined
            ? 'This stops the app before the new release is there.'
            : 'This stops the app and deletes its volumes.'
        yield { at: command, message }
      }
    }
  },
}

/** Whether the app is started again after it: in the same function, and in the same branch of a `case`. */
function isFollowed(down: ShellCommand, commands: readonly ShellCommand[]): boolean {
  return commands.some(
    (it) =>
      it.start > down.start &&
      isCompose(it, 'up') &&
      !/^\}|;;/m.test(it.file.text.slice(down.start, it.start)),
  )
}
