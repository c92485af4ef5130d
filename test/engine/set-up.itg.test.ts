import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fileURLToPath } from 'node:url'
import { runCommand } from '../support/net/run-command.ts'
import { startTestNet, type TestNet } from '../support/net/test-net.ts'

const setUp = fileURLToPath(new URL('../../scripts/setup.mjs', import.meta.url))

test('leaves a machine whose Docker answers as it is', async () => {
  const { exitCode, stdout } = await runCommand(['node', setUp, 'engine', 'network'])
  expect(exitCode).toBe(0)
  expect(stdout.trim()).toMatch(/^Docker Engine \S+ with Compose v?2\.\S+ is here\.$/)
})

test('names a part that it does not have', async () => {
  const { exitCode, stderr } = await runCommand(['node', setUp, 'engin'])
  expect(exitCode).toBe(2)
  expect(stderr).toContain('engin is no part of the set-up; usage: ')
})

describe('on a machine without Docker', () => {
  let net: TestNet & AsyncDisposable

  beforeAll(async () => {
    net = await startTestNet({ servers: {} })
    await net.client.run(['sh', '-c', 'rm -rf /opt/dray-engine $(which -a docker dockerd)'])
  })

  afterAll(async () => {
    await net[Symbol.asyncDispose]()
  })

  test('says in one sentence that another distribution has to bring its own', async () => {
    await net.client.writeFile(
      '/etc/os-release.new',
      'ID=fedora\nVERSION_ID=43\nPRETTY_NAME="Fedora Linux 43"\n',
    )
    const { exitCode, stderr } = await net.client.run([
      'sh',
      '-c',
      `mv /etc/os-release.new /etc/os-release; node ${setUp} engine`,
    ])
    expect(exitCode).toBe(3)
    expect(stderr).toBe(
      'Fedora Linux 43 has no way here to get Docker Engine with Compose 2.20 and Buildx: install them (https://docs.docker.com/engine/install) and try again.\n',
    )
  })

  test('gives a user without root a hint', async () => {
    const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'node', setUp, 'engine']
    const { exitCode, stderr } = await net.client.run(asNobody)
    expect(exitCode).toBe(3)
    expect(stderr).toBe(
      'No Docker Engine answers to this user: start Docker, or run this once as root so that it can be set up.\n',
    )
  })

  test('undoes nothing where nothing was done', async () => {
    const { exitCode, stdout } = await net.client.run([
      'sh',
      '-c',
      `rm -rf /var/lib/dray-setup; node ${setUp} undo`,
    ])
    expect(exitCode).toBe(0)
    expect(stdout).toBe('The set-up has changed nothing here.\n')
  })
})
