import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { chmod } from 'node:fs/promises'
import { makeProject } from '../support/make-project.ts'
import { runCli } from '../support/run-cli.ts'

// What `dray gate` prints through ssh when dray opens its connection.
const gate = `#!/bin/sh
cat >&2 <<'END'
✗ An SSH key was used for a request that its gate does not allow. [GATE_REFUSED]

  This key does not allow \`exec sh -c 'echo dray-connected; read -r _'\`.

  → Allowed after \`ssh HOST\`: \`deploy TAG [IMAGE@DIGEST...]\`, \`status\`.
END
exit 3
`
const files = {
  'compose.yml': 'services:\n  api:\n    image: ghcr.io/acme/shop\n',
  'dray.yml': 'app: shop\nenvironments:\n  production: { hosts: [deploy@a, deploy@b], path: /srv/shop }\n',
  'bin/ssh': gate,
}

beforeEach(() => vi.stubGlobal('PAGE_ARCHIVE', { 'index.html': '' }))
afterEach(() => {
  vi.unstubAllGlobals()
  vi.unstubAllEnvs()
})

/** `dray ui` with a key of `dray gate` for every host, until `use` is done. */
async function withGateKey(use: (get: (path: string) => Promise<Response>) => Promise<void>): Promise<void> {
  const cwd = await makeProject(files)
  await chmod(join(cwd, 'bin/ssh'), 0o755)
  vi.stubEnv('PATH', [join(cwd, 'bin'), process.env['PATH']].join(delimiter))
  const stop = new AbortController()
  let stdout = ''
  const running = runCli(['ui', '--json'], { cwd, signal: stop.signal, onStdout: (text) => (stdout += text) })
  await expect.poll(() => stdout).toContain('"type":"ui.started"')
  const { url } = JSON.parse(stdout) as { url: string }
  const headers = { cookie: (await fetch(url)).headers.getSetCookie()[0]?.replace(/;.*/, '') ?? '' }
  try {
    await use((path) => fetch(url.replace(/\?.*/, path), { headers, signal: stop.signal }))
  } finally {
    stop.abort()
    expect((await running).exitCode).toBe(0)
  }
}

const refusal = (host: string): object => ({
  code: 'GATE_REFUSED',
  message: `The key that ${host} accepted is one of \`dray gate\`: it may send the requests that the gate names, and read nothing else.`,
  hint: `Give dray another key for ${host}, for example as \`IdentityFile\` in ~/.ssh/config.`,
  details: { logTail: expect.arrayContaining([expect.stringContaining('`status`')]) as string[] },
})
const hosts = ['deploy@a', 'deploy@b']

test('with a key of `dray gate`, every screen says for each host what that key may not do', async () => {
  await withGateKey(async (get) => {
    const ask = async (question: string, more = ''): Promise<unknown> =>
      (await get(`api/${question}?environment=production${more}`)).json()
    const failed = hosts.map((host) => ({ host, failure: refusal(host) }))
    expect(await ask('timeline')).toMatchObject({ hosts: failed })
    await expect.poll(() => ask('live')).toMatchObject({ hosts: failed })
    await expect.poll(() => ask('containers')).toMatchObject({ hosts: failed })
    await expect.poll(() => ask('logs', '&view=1&tail=200')).toMatchObject({ lines: [], failures: failed })
    const answers = hosts.map((host) => ({ host, answer: { failure: refusal(host) } }))
    expect(await ask('disk')).toMatchObject({ hosts: answers })
    expect(await ask('variables')).toMatchObject({ hosts: answers })
    const checks = hosts.map((host) => ({
      host,
      checks: [{ name: 'ssh', outcome: 'failed', failure: refusal(host) }],
    }))
    expect(await ask('checks')).toMatchObject({ isReady: false, hosts: checks })
    expect(await ask('release', '&host=deploy%40b&release=r1')).toMatchObject({
      failure: refusal('deploy@b'),
    })
  })
})

test('the overview shows hosts that refuse a key of `dray gate` as unknown, with the reason', async () => {
  await withGateKey(async (get) => {
    const { body } = await get('events')
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true })
      if (hosts.every((host) => text.includes(`that ${host} accepted`))) break
    }
    const [last = ''] = text
      .split('\n')
      .filter((line) => line.startsWith('data: '))
      .slice(-1)
    expect(JSON.parse(last.slice('data: '.length))).toMatchObject({
      environments: [
        {
          status: {
            verdict: 'unknown',
            hosts: hosts.map((host) => ({ host, verdict: 'unknown', failure: refusal(host) })),
          },
        },
      ],
    })
  })
})
