import { lines } from '../lines.ts'
import { serverScripts, startsApp } from '../model/deploys.ts'
import { composeArguments, flagOf, isCommand, isCompose, type ShellCommand } from '../parse/shell-command.ts'
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
      let told = -1
      for (const command of commands) {
        const what = stopOf(command)
        if (what === undefined || command.start < told) continue
        const start = commands.find((it) => startsAfter(it, command))
        if (start === undefined) continue
        // What else is stopped before the app starts again is part of the same outage.
        told = start.start
        yield { at: command, message: what }
      }
    }
  },
}

/** What a command does to the app, if it stops all of it. */
function stopOf(command: ShellCommand): string | undefined {
  if (isCompose(command, 'down'))
    return flagOf(command, '-v', '--volumes') === undefined
      ? '`docker compose down` stops the app before the new release starts.'
      : '`docker compose down` stops the app and deletes its volumes.'
  const verb = ['stop', 'kill'].find((name) => isCompose(command, name))
  if (verb !== undefined && composeArguments(command).length === 0)
    return `\`docker compose ${verb}\` stops the app before the new release starts.`
  if (isCommand(command, 'docker', 'stack', 'rm'))
    return '`docker stack rm` stops the app before the new release starts.'
  const isOfAll = command.words.some(({ text }) =>
    /^(?:\$\(|`)\s*(?:sudo\s+)?docker\s+(?:ps|container\s+ls)\s+-a?qa?\s*[)`]$/.test(text),
  )
  return isOfAll && ['stop', 'kill', 'rm'].some((name) => isCommand(command, 'docker', name))
    ? 'This command stops every container of the server before the new release starts.'
    : undefined
}

/** Whether a later command starts the app again, in the same function and in the same branch of a `case`. */
function startsAfter(command: ShellCommand, stop: ShellCommand): boolean {
  return (
    command.start > stop.start &&
    startsApp(command) &&
    !/^\}|;;/m.test(command.file.text.slice(stop.start, command.start))
  )
}
