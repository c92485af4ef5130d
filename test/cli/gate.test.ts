import { describe, expect, test } from 'vitest'
import { parseGateRequest, readGateRequests } from '../../src/cli/commands/set-up/gate-request.ts'
import { makeProject } from '../support/make-project.ts'
import { runCli } from '../support/run-cli.ts'

const digest = `sha256:${'a'.repeat(64)}`
const all = readGateRequests(['deploy', 'plan', 'rollback', 'status', 'history'])

describe('a gate lets through', () => {
  test.each([
    ['deploy v1.4.0', { name: 'deploy', tag: 'v1.4.0', expected: undefined }],
    [
      `deploy 3f2a1c9 ghcr.io/acme/shop-backend@${digest} ghcr.io/acme/shop@${digest}`,
      { name: 'deploy', expected: `ghcr.io/acme/shop-backend@${digest} ghcr.io/acme/shop@${digest}` },
    ],
    ['plan v1.4.0', { name: 'plan', tag: 'v1.4.0' }],
    ['rollback', { name: 'rollback' }],
    ['status', { name: 'status', isJson: false }],
    ['status --json', { name: 'status', isJson: true }],
    ['history', { name: 'history', isJson: false, withSteps: false }],
    ['history --json', { name: 'history', isJson: true, withSteps: false }],
    ['history --json --steps', { name: 'history', isJson: true, withSteps: true, limit: undefined }],
    ['history --json --limit 1', { name: 'history', isJson: true, withSteps: false, limit: '1' }],
    ['history --json --steps --limit 100', { name: 'history', isJson: true, withSteps: true, limit: '100' }],
  ])('%s', (text, request) => {
    expect(parseGateRequest(text, all)).toMatchObject(request)
  })

  test('a deploy and nothing else, where no request is named', () => {
    const alone = readGateRequests([])
    expect(parseGateRequest('deploy v1', alone)).toMatchObject({ name: 'deploy', tag: 'v1' })
    expect(() => parseGateRequest('rollback', alone)).toThrow('This key does not allow `rollback`.')
  })
})

describe('a gate refuses', () => {
  test.each([
    undefined,
    '',
    'sh',
    'bash -c "cat /srv/shop/.env"',
    'internal-sftp',
    '/usr/lib/openssh/sftp-server',
    'scp -t /srv/shop',
    'rsync --server -e.LsfxC . /etc',
    'deploy',
    'deploy ',
    ' deploy v1',
    'deploy v1 ',
    'deploy  v1',
    'deploy v1\n',
    'deploy v1\nsh',
    'deploy v1;id',
    'deploy v1 && id',
    'deploy $(id)',
    'deploy `id`',
    'deploy ../../etc',
    'deploy --config=/tmp/dray.yml',
    'deploy -v1',
    'deploy v1 --adopt',
    'deploy v1 --config /tmp/dray.yml',
    'deploy v1 ghcr.io/acme/shop',
    `deploy v1 ghcr.io/acme/shop@${digest}0`,
    'deploy v1:latest',
    'deploy v1@sha256:0',
    `deploy ${'v'.repeat(129)}`,
    'deploy production v1',
    'DEPLOY v1',
    'rollback r1',
    'status staging',
    'status --json staging',
    'status --json ',
    'status  --json',
    'status --json --watch',
    'status --jsonl',
    'status --config=/tmp/dray.yml',
    'history --steps',
    'history --steps --json',
    'history --limit 9',
    'history --json --limit',
    'history --json --limit 0',
    'history --json --limit 09',
    'history --json --limit 101',
    'history --json --limit 1000',
    'history --json --limit -1',
    'history --json --limit 1e1',
    'history --json --limit=9',
    'history --json --limit 9 --steps',
    'history --json --limit 9 ',
    'history --json\n--steps',
    'rollback --json',
    'plan v1 --json',
    'deploy v1 --json',
    'logs',
    'env production edit',
    'constructor',
    '__proto__',
  ])('%s', (text) => {
    expect(() => parseGateRequest(text, all)).toThrow(
      expect.objectContaining({ code: 'GATE_REFUSED', exitCode: 3 }),
    )
  })

  test('a request that there is not on its own command line', () => {
    expect(() => readGateRequests(['deploy', 'exec'])).toThrow('The request `exec` does not exist.')
  })
})

describe('dray gate', () => {
  const files = {
    'compose.yml': 'services:\n  api:\n    image: ghcr.io/acme/shop:${IMAGE_TAG}\n',
    'dray.yml':
      'registry: ghcr.io/acme\nenvironments:\n  production: { host: deploy@nowhere.invalid, path: /srv/shop }\n',
  }
  const gate = async (
    asked: string | undefined,
    given: { input?: string; env?: Record<string, string> } = {},
  ) => {
    const cwd = await makeProject(files)
    const env = { ...given.env, ...(asked === undefined ? {} : { SSH_ORIGINAL_COMMAND: asked }) }
    return runCli(['gate', 'production'], { cwd, env, input: given.input ?? '' })
  }

  test('answers a request for a shell with the purpose of the key', async () => {
    const { exitCode, stdout, stderr } = await gate(undefined)
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' })
    expect(stderr).toContain('This key does not allow a shell.')
    expect(stderr).toContain('[GATE_REFUSED]')
    expect(stderr).toContain('`deploy TAG [IMAGE@DIGEST...]`')
  })

  test('prints nothing of a request that a terminal would obey', async () => {
    const { stderr } = await gate('\u001b]0;owned\u0007\u001b[2Jrm -rf /')
    expect(stderr).toContain('This key does not allow `rm -rf /`.')
  })

  test('takes no variable but the credentials', async () => {
    const input = 'GITHUB_TOKEN=t\nREGISTRY_OWNER=evil\nENV=other\n'
    const { exitCode, stderr } = await gate('deploy v1', { input })
    expect(exitCode).toBe(3)
    expect(stderr).toContain('This key may not set REGISTRY_OWNER, ENV.')
  })

  test.each(['acme/other', '$(id)', '../..', 'a b', ''])('takes no user called `%s`', async (name) => {
    const { exitCode, stderr } = await gate('deploy v1', { input: `GITHUB_ACTOR=${name}\n` })
    expect(exitCode).toBe(3)
    expect(stderr).toContain('GITHUB_ACTOR is not a GitHub user name.')
  })

  test('takes no standard input without end', async () => {
    const { exitCode, stderr } = await gate('deploy v1', { input: 'GITHUB_TOKEN=t\n'.repeat(10_000) })
    expect(exitCode).toBe(3)
    expect(stderr).toContain('Standard input is longer than 64 KiB')
    expect(stderr).toContain('[GATE_REFUSED]')
  })

  test('passes a deploy on, without variables that select the app or the host', async () => {
    // Handed on, an empty key would be SSH_SECRET_INVALID, and this tag IMAGE_INVALID.
    const env = { DRAY_SSH_KEY: '', REGISTRY_OWNER: 'evil', IMAGE_TAG: 'bad tag' }
    const { exitCode, stderr } = await gate('deploy v1', { env })
    expect(exitCode).toBe(3)
    expect(stderr).toContain('[HOST_UNREACHABLE]')
  })

  test('answers a program with what it is about first, and with a failure as a line', async () => {
    const cwd = await makeProject(files)
    const lines = async (asked: string): Promise<unknown[]> => {
      const env = { SSH_ORIGINAL_COMMAND: asked }
      const { exitCode, stdout } = await runCli(['gate', 'production', 'status', 'history'], { cwd, env })
      expect(exitCode).toBe(3)
      return stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown)
    }
    const introduction = {
      type: 'gate',
      environment: 'production',
      path: '/srv/shop',
      hosts: ['deploy@nowhere.invalid'],
    }
    expect(await lines('status --json')).toMatchObject([
      introduction,
      { type: 'status', hosts: [{ verdict: 'unknown', failure: { code: 'HOST_UNREACHABLE' } }] },
    ])
    expect(await lines('history --json')).toMatchObject([
      introduction,
      { type: 'failed', failure: { code: 'HOST_UNREACHABLE' } },
    ])
  })

  test('names each of several servers that it does not reach', async () => {
    const hosts = ['deploy@a.invalid', 'deploy@b.invalid']
    const config = `environments: { production: { hosts: [${hosts.join(', ')}], path: /srv/shop } }\n`
    const cwd = await makeProject({ ...files, 'dray.yml': `registry: ghcr.io/acme\n${config}` })
    const env = { SSH_ORIGINAL_COMMAND: 'history --json' }
    const { exitCode, stdout } = await runCli(['gate', 'production', 'history'], { cwd, env })
    expect(exitCode).toBe(3)
    const lines = stdout.trim().split('\n')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { type: 'gate', hosts },
      ...hosts.map((host) => ({
        ...{ type: 'history.unread', host },
        failure: { code: 'HOST_UNREACHABLE', message: expect.stringContaining(host) as string },
      })),
      { type: 'failed', failure: { code: 'HOST_UNREACHABLE' } },
    ])
  })

  test('answers a program with the failure of an unreadable dray.yml', async () => {
    const cwd = await makeProject({ ...files, 'dray.yml': 'environments: { production: { host: 1 } }\n' })
    const env = { SSH_ORIGINAL_COMMAND: 'status --json' }
    const { stdout } = await runCli(['gate', 'production', 'status'], { cwd, env })
    expect(JSON.parse(stdout)).toMatchObject({ type: 'failed', failure: { code: 'CONFIG_INVALID' } })
  })

  test('wants an environment', async () => {
    const { exitCode, stderr } = await runCli(['gate'], { cwd: await makeProject(files) })
    expect(exitCode).toBe(2)
    expect(stderr).toContain('The environment is missing.')
  })
})
