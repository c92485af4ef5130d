import { lines } from '../lines.ts'
import { serverCommands } from '../model/deploys.ts'
import { argumentsOf, flagOf, isCommand, type ShellCommand } from '../parse/shell-command.ts'
import type { Rule } from '../rule.ts'

export const pruneVolumes: Rule = {
  code: 'PRUNE_VOLUMES',
  severity: 'error',
  title: 'A script deletes volumes that no container uses at the moment.',
  why: 'A database whose container is stopped when the script runs loses its data. Docker Engine before 23.0 deletes named volumes too. Newer versions delete anonymous volumes, and named ones with `--all`.',
  hint: 'Remove the command, or `--volumes` from `system prune`. `dray disk` shows what uses the disk space, and `dray clean` frees it without touching a volume.',
  bad: { 'deploy.sh': lines('set -eu', 'docker system prune -af --volumes') },
  good: { 'deploy.sh': lines('set -eu', 'docker image prune -f') },
  *check(repository) {
    // The volumes of a GitHub runner hold no data.
    for (const command of serverCommands(repository)) {
      const at = isCommand(command, 'docker', 'system', 'prune')
        ? flagOf(command, '--volumes')
        : isCommand(command, 'docker', 'volume', 'prune') || removesAll(command)
          ? command
          : undefined
      if (at !== undefined)
        yield {
          at,
          message:
            'This command deletes the volumes of every app on the server that no container uses at the moment.',
        }
    }
  },
}

/** `docker volume rm $(docker volume ls -q)`. */
function removesAll(command: ShellCommand): boolean {
  if (!isCommand(command, 'docker', 'volume', 'rm')) return false
  const names = argumentsOf(command)
    .slice(2)
    .filter((word) => !word.startsWith('-'))
  return names.some((name) => /docker\s+volume\s+ls/.test(name) && !/name=|label=|grep/.test(name))
}
