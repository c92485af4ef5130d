import { expect, test } from 'vitest'
import { buildOneOffArgs } from '../../../../src/adapters/compose/compose-cli.ts'
import { buildExecArgs } from '../../../../src/adapters/docker/exec-args.ts'

const none = { user: undefined, workdir: undefined, env: [] }
const all = { user: '0', workdir: '/tmp', env: ['A=1', 'B=two words'] }
const argv = ['ls', '-l']

test.each([
  [false, none, 'docker exec --interactive 4f2a ls -l'],
  [true, none, 'docker exec --interactive --tty 4f2a ls -l'],
  [false, all, 'docker exec --interactive --user 0 --workdir /tmp --env A=1 --env B=two words 4f2a ls -l'],
])('exec, terminal %s', (terminal, options, expected) => {
  expect(buildExecArgs({ containerId: '4f2a', argv, terminal, options }).join(' ')).toBe(expected)
})

test.each([
  [false, none, '--rm --no-deps --no-TTY --name shop-run-1 backend ls -l'],
  [true, none, '--rm --no-deps --name shop-run-1 backend ls -l'],
  [
    true,
    all,
    '--rm --no-deps --user 0 --workdir /tmp --env A=1 --env B=two words --name shop-run-1 backend ls -l',
  ],
])('a one-off container, terminal %s', (terminal, options, expected) => {
  const request = { service: 'backend', containerName: 'shop-run-1', argv, terminal, options }
  const never = '{"services":{"backend":{"pull_policy":"never"}}}'
  expect(buildOneOffArgs(request).slice(3).join(' ')).toBe(`dray ${never} --progress=quiet run ${expected}`)
})
