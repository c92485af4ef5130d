import { lines } from '../lines.ts'
import { serverScripts } from '../model/deploys.ts'
import { flagOf, isCommand, isCompose } from '../parse/shell-command.ts'
import type { Rule } from '../rule.ts'

export const scriptBuilds: Rule = {
  code: 'SCRIPT_BUILDS',
  severity: 'warning',
  title: 'A deploy builds the images on the server.',
  why: 'The build takes memory and CPU from the running app, can fail after the old release was stopped, and leaves no image to go back to. No two servers run the same image.',
  hint: 'Build and push the image in CI, and let the server pull it: `dray init` writes such a workflow.',
  bad: { 'deploy.sh': lines('set -eu', 'docker compose up -d --build') },
  good: { 'deploy.sh': lines('set -eu', 'docker compose pull', 'docker compose up -d') },
  *check(repository) {
    for (const { commands } of serverScripts(repository))
      for (const command of commands) {
        const isBuild =
          isCompose(command, 'build') ||
          isCommand(command, 'docker', 'build') ||
          isCommand(command, 'docker', 'buildx', 'build')
        const at = isBuild ? command : isCompose(command, 'up') ? flagOf(command, '--build') : undefined
        if (at !== undefined) yield { at, message: 'This deploy builds images on the server.' }
      }
  },
}
