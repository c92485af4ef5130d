import { lines } from '../lines.ts'
import { flagOf, isCommand } from '../parse/shell-command.ts'
import type { Rule } from '../rule.ts'

export const pruneVolumes: Rule = {
  code: 'PRUNE_VOLUMES',
  severity: 'error',
  title: 'A script deletes volumes that no container uses at the moment.',
  why: 'A database whose container is stopped when the script runs loses its data. Docker Engine before 23.0 deletes named volumes too. Newer versions delete anonymous volumes, and named ones with `--all`.',
  hint: 'Remove `--volumes`. `dray disk` shows what uses the disk space, and `dray clean` frees it without touching a volume.',
  bad: { 'deploy.sh': lines('set -eu', 'docker system prune -af --volumes') },
  good: { 'deploy.sh': lines('set -eu', 'docker image prune -f') },
  *check({ commands }) {
    for (const command of commands) {
      const volumes = isCommand(command, 'docker', 'system', 'prune')
        ? flagOf(command, '--volumes')
        : undefined
      if (volumes !== undefined)
        yield {
          at: volumes,
          message:
            'This command deletes the volumes of every app on the server that no container uses at the moment.',
        }
      else if (isCommand(command, 'docker', 'volume', 'prune'))
        yield {
          at: command,
          message:
            'This command deletes the volumes of every app on the server that no container uses at the moment.',
        }
    }
  },
}
