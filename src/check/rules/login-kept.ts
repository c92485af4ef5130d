import { lines } from '../lines.ts'
import { serverScripts } from '../model/deploys.ts'
import { isCommand } from '../parse/shell-command.ts'
import type { Rule } from '../rule.ts'

export const loginKept: Rule = {
  code: 'LOGIN_KEPT',
  severity: 'warning',
  title: 'A deploy script leaves its registry login on the server.',
  why: 'docker login writes the token to `~/.docker/config.json`, where every process of that user can read it. After a job token has expired, pulls fail with `denied: denied`, even of public images.',
  hint: 'Run `docker logout ghcr.io` at the end, in a `trap` so that it also runs after a failure. dray passes the login to the Engine and never writes it to disk.',
  bad: {
    'deploy.sh': lines(
      'set -eu',
      'echo "$GITHUB_TOKEN" | docker login ghcr.io -u "$GITHUB_ACTOR" --password-stdin',
      'docker compose pull',
      'docker compose up -d',
    ),
  },
  good: {
    'deploy.sh': lines(
      'set -eu',
      'trap "docker logout ghcr.io" EXIT',
      'echo "$GITHUB_TOKEN" | docker login ghcr.io -u "$GITHUB_ACTOR" --password-stdin',
      'docker compose pull',
      'docker compose up -d',
    ),
  },
  *check(repository) {
    for (const { text, commands } of serverScripts(repository)) {
      const login = commands.find((it) => isCommand(it, 'docker', 'login'))
      const isUndone = /docker\s+logout|DOCKER_CONFIG=/.test(text)
      if (login !== undefined && !isUndone)
        yield {
          at: login,
          message: 'The token of this login stays in `~/.docker/config.json` on the server.',
        }
    }
  },
}
