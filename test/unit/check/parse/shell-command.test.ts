import { expect, test } from 'vitest'
import { parseShell } from '../../../../src/check/parse/parse-shell.ts'
import {
  argumentsOf,
  flagOf,
  isCommand,
  isCompose,
  optionOf,
  type ShellCommand,
} from '../../../../src/check/parse/shell-command.ts'

function command(text: string): ShellCommand {
  const [first] = parseShell({ file: { path: 'a.sh', text }, start: 0, end: text.length })
  if (first === undefined) throw new Error(`There is no command in ${text}`)
  return first
}

test('the arguments are the words after the program', () => {
  expect(argumentsOf(command('A=1 docker push "x y"'))).toEqual(['push', 'x y'])
})

test('a command begins with its words, whatever options stand between', () => {
  expect(isCommand(command('docker --debug system prune -af'), 'docker', 'system', 'prune')).toBe(true)
  expect(isCommand(command('docker --context shop -l debug system prune'), 'docker', 'system', 'prune')).toBe(
    true,
  )
  expect(isCommand(command('docker system df'), 'docker', 'system', 'prune')).toBe(false)
  expect(isCommand(command('podman system prune'), 'docker', 'system', 'prune')).toBe(false)
})

test.each([
  ['docker compose up -d', true],
  ['docker-compose up', true],
  ['docker compose -f a.yml --profile up up', true],
  ['docker compose --env-file=.env -p shop up', true],
  ['docker compose -f up.yml down', false],
  ['docker compose exec app up', false],
  ['docker --context shop compose -f a.yml up', true],
  ['docker-compose -H ssh://shop up', true],
  ['docker up', false],
])('%s runs `up` of Compose: %s', (text, expected) => {
  expect(isCompose(command(text), 'up')).toBe(expected)
})

test('an option has the next word, or the one behind its equals sign', () => {
  const value = (text: string): string | undefined => optionOf(command(text), '-p', '--password')?.text
  expect(value('docker login -p secret')).toBe('secret')
  expect(value('docker login --password=secret')).toBe('secret')
  expect(value('docker login --password-stdin')).toBeUndefined()
})

test('a flag may be one of several letters', () => {
  const flag = (text: string): string | undefined => flagOf(command(text), '-a', '--all')?.text
  expect(flag('docker image prune -fa')).toBe('-fa')
  expect(flag('docker image prune --all')).toBe('--all')
  expect(flag('docker image prune -f --filter a')).toBeUndefined()
})
