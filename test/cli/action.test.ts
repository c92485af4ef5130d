import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { DrayTool } from '../../src/scaffold/app-shape.ts'
import { makeShape, suggestAnswers } from '../../src/scaffold/make-shape.ts'
import { renderWorkflow } from '../../src/scaffold/workflow.ts'
import { readActionFile } from '../support/actions/known-actions.ts'
import { cloneDirectory } from '../support/net/machine.ts'
import { makeProject } from '../support/make-project.ts'
import { shapes } from '../support/scaffold-shapes.ts'
import { readInputs } from '../../action/inputs.mjs'

const given = {
  INPUT_ENVIRONMENT: 'test',
  INPUT_COMMAND: 'deploy',
  INPUT_TOKEN: 'ghs_token',
  'INPUT_SSH-KEY': 'a key\nof two lines\n',
  'INPUT_KNOWN-HOSTS': 'srv1 ssh-ed25519 AAAA\n',
  'INPUT_WORKING-DIRECTORY': 'app',
  PATH: '/bin',
}

test('the inputs become a command line, and secrets the variables that dray reads', () => {
  expect(readInputs({ ...given, INPUT_TAG: 'v1', INPUT_EXPECT: 'a@sha256:1 b@sha256:2' })).toEqual({
    argv: ['deploy', 'test', '--tag', 'v1', '--expect', 'a@sha256:1 b@sha256:2'],
    env: {
      PATH: '/bin',
      GITHUB_TOKEN: 'ghs_token',
      DRAY_SSH_KEY: 'a key\nof two lines',
      DRAY_SSH_KNOWN_HOSTS: 'srv1 ssh-ed25519 AAAA',
    },
    directory: 'app',
  })
})

test.each([
  [
    'build',
    { INPUT_TAG: 'v1', INPUT_ARGUMENTS: '--cache\nnone\n' },
    ['build', 'test', '--push', '--tag', 'v1', '--cache', 'none'],
  ],
  ['rollback', { INPUT_ARGUMENTS: '--wait' }, ['rollback', 'test', '--wait']],
  ['plan', {}, ['plan', 'test']],
])('the command %s gets what it takes', (command, more, argv) => {
  expect(readInputs({ ...given, INPUT_COMMAND: command, ...more }).argv).toEqual(argv)
})

test('an input that is empty is one that was not given', () => {
  const env = readInputs({ ...given, 'INPUT_SSH-KEY': '', 'INPUT_KNOWN-HOSTS': '' }).env
  expect(Object.keys(env)).toEqual(['PATH', 'GITHUB_TOKEN'])
})

describe('is refused:', () => {
  test.each([
    ['another command', { INPUT_COMMAND: 'env' }, /`env`\. Valid values: deploy, plan, build, rollback\./],
    [
      'an option in the place of the environment',
      { INPUT_ENVIRONMENT: '--adopt' },
      /`--adopt`\. A name must not begin with `-`/,
    ],
    [
      'a tag to roll back',
      { INPUT_COMMAND: 'rollback', INPUT_TAG: 'v1' },
      /`rollback` does not accept the input `tag`/,
    ],
  ])('%s', (_, more, message) => {
    expect(() => readInputs({ ...given, ...more })).toThrow(message)
  })
})

describe('as the runner starts it', () => {
  const start = async (script: string, cwd: string, env: Readonly<Record<string, string>>) => {
    const running = promisify(execFile)(process.execPath, [join(cloneDirectory, 'action', script)], {
      cwd,
      env: { ...env, PATH: process.env['PATH'] ?? '' },
    })
    return running.then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: unknown) => error as { code: number; stdout: string; stderr: string },
    )
  }

  test('a mistake in its inputs fails the step, with a line for the page of the run', async () => {
    const result = await start('main.mjs', await makeProject({}), { ...given, INPUT_COMMAND: 'a\nb' })
    expect(result).toMatchObject({
      code: 2,
      stdout: '::error::The input `command` is `a%0Ab`. Valid values: deploy, plan, build, rollback.\n',
    })
  })

  test('at the end nothing of a dray that was killed is left, and nothing of others is gone', async () => {
    const temporary = await makeProject({
      'dray-ssh-abc/key': 'a key',
      'dray-build-x/docker/config.json': '{}',
      'other/file': '',
    })
    expect(await start('post.mjs', temporary, { RUNNER_TEMP: temporary })).toMatchObject({ code: 0 })
    expect(await readdir(temporary)).toEqual(['other'])
  })
})

test('the workflows of init give it inputs that it has, and ask for outputs that it has', () => {
  const tool: DrayTool = { kind: 'action', uses: `acme/dray@${'0'.repeat(40)} # v1.0.0` }
  const { inputs, outputs } = readActionFile()
  for (const repository of Object.values(shapes)) {
    const shape = makeShape(repository, suggestAnswers(repository).answers, tool)
    for (const environment of shape.environments) {
      const text = renderWorkflow(environment, shape)
      const step = text.slice(text.indexOf('- name: Deploy\n'))
      const named = [...step.matchAll(/^ {10}([\w-]+):/gm)].map(([, name]) => name ?? '')
      expect(named.length).toBeGreaterThanOrEqual(5)
      expect(Object.keys(inputs)).toEqual(expect.arrayContaining(named))
      const asked = [...text.matchAll(/steps\.deploy\.outputs\.(\w+)/g)].map(([, name]) => name ?? '')
      expect(Object.keys(outputs)).toEqual(expect.arrayContaining(asked))
    }
  }
})
