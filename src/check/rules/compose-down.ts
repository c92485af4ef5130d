import { lines } from '../lines.ts'
import { serverScripts } from '../model/deploys.ts'
import { flagOf, isCompose, type ShellCommand } from '../parse/shell-command.ts'
import type { Rule } from '../rule.ts'

export const composeDown: Rule = {
  code: 'COMPOSE_DOWN',
  severity: 'error',
  title: 'A deploy stops the whole app before it starts the new release.',
  why: 'The app is down from `down` until `up` has finished, and stays down if the new release does not start. With `-v`, the volumes and their data are deleted.',
  hint: 'Remove `down`: `up -d` replaces the containers that changed. `dray deploy` stops no container before the new ones are healthy.',
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
            ? '`docker compose down` stops the app before the new release starts.'
            : '`docker compose down` stops the app and deletes its volumes.'
        yield { at: command, message }
      }
    }
  },
}

/** Whether a later command starts the app again, in the same function and in the same branch of a `case`. */
function isFollowed(down: ShellCommand, commands: readonly ShellCommand[]): boolean {
  return commands.some(
    (it) =>
      it.start > down.start &&
      isCompose(it, 'up') &&
      !/^\}|;;/m.test(it.file.text.slice(down.start, it.start)),
  )
}
