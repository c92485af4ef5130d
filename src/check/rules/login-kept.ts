import { lines } from '../lines.ts'
import { serverScripts } from '../model/deploys.ts'
import { isCommand } from '../parse/shell-command.ts'
import type { Rule } from '../rule.ts'

export const loginKept: Rule = {
  code: 'LOGIN_KEPT',
  severity: 'warning',
  title: 'A deploy script leaves its login on the server.',
  why: 'docker login writes the token to `~/.docker/config.json`, readable for whoever is that user. When a job token has expired, pulls fail with `denied: denied`, even those of public images.',
  fix: 'Run `docker logout ghcr.io` in the end, in a `trap` so that it runs after a failure too. dray hands the login to the Engine and writes it nowhere.',
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
          message: 'The token of this login stays on the server, in `~/.docker/config.json`.',
        }
    }
  },
}
