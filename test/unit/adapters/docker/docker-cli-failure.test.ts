import { expect, test } from 'vitest'
import { readDockerCliFailure } from '../../../../src/adapters/docker/docker-cli-failure.ts'

const open = 'failed to open the raw stream connection: '

// What Docker's command line 20.10 and 28.2, dash and bash printed.
test.each([
  ['no docker, dash', 127, 'sh: 1: exec: docker: not found\n', 'DOCKER_MISSING'],
  ['no docker, bash', 127, 'bash: line 1: exec: docker: not found\n', 'DOCKER_MISSING'],
  ['no docker, this machine', 127, '', 'DOCKER_MISSING'],
  [
    'not in the group',
    1,
    `${open}dial unix /var/run/docker.sock: connect: permission denied\n`,
    'DOCKER_DENIED',
  ],
  [
    'no socket',
    1,
    `${open}dial unix /var/run/docker.sock: connect: no such file or directory\n`,
    'DOCKER_UNREACHABLE',
  ],
  [
    'nobody listens',
    1,
    `${open}dial unix /var/run/docker.sock: connect: connection refused\n`,
    'DOCKER_UNREACHABLE',
  ],
  [
    'remote engine gone',
    1,
    `${open}dial tcp 127.0.0.1:1: connect: connection refused\n`,
    'DOCKER_UNREACHABLE',
  ],
])('%s is recognized', (_case, exitCode, stderr, code) => {
  const failure = readDockerCliFailure(exitCode, stderr, 'deploy@test.example.com')
  expect(failure.code).toBe(code)
  expect(failure.message).toContain('deploy@test.example.com')
})

test("without access to Docker, the hint is a command with the user's name", () => {
  const failure = readDockerCliFailure(1, 'permission denied', 'deploy@test.example.com')
  expect(failure.hint).toContain('usermod -aG docker deploy')
})

test('this machine is called so', () => {
  expect(readDockerCliFailure(127, '', 'local').message).toContain('this machine')
})
