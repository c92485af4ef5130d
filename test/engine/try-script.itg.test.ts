import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildTryWords } from '../../src/adapters/compose/try-args.ts'
import { proxyStart } from '../../src/deploy/model/proxies/proxy-start.ts'
import { LocalRunner } from '../../src/adapters/host/local-runner.ts'
import { ensureBaseImages } from '../support/images/base-images.ts'

/** As the official nginx image has them, but for envsubst, which the stand-in image lacks. */
const entrypoint = `#!/bin/sh
set -e
for script in /docker-entrypoint.d/*.sh; do "$script"; done
exec "$@"
`
const fillIn = `#!/bin/sh
for template in /etc/nginx/templates/*.template; do
  name=\${template##*/}
  sed "s/[$]{PORT}/$PORT/" "$template" >"/etc/nginx/conf.d/\${name%.template}"
done
`

let directory: string
let image: string

beforeAll(async () => {
  image = (await ensureBaseImages()).nginx
  directory = await mkdtemp(join(tmpdir(), 'dray-try-'))
  for (const [path, text] of [
    ['docker-entrypoint.sh', entrypoint],
    ['docker-entrypoint.d/20-envsubst-on-templates.sh', fillIn],
    ['own-entrypoint.sh', `#!/bin/sh\n${fills}\nexec "$@"\n`],
    ['own-start.sh', `#!/bin/sh\n${fills}\nexec $(command -v nginx) -g 'daemon off;'\n`],
  ] as const) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), text)
    await chmod(join(directory, path), 0o755)
  }
})

afterAll(() => rm(directory, { recursive: true, force: true }))

/** Tries nginx with a template that is mounted; `words` is the command line of the image. */
async function tryTemplate(
  template: string,
  words: readonly string[] | undefined,
  mounted: readonly string[],
) {
  await mkdir(join(directory, 'templates'), { recursive: true })
  await writeFile(join(directory, 'templates/default.conf.template'), template)
  const mounts = [
    ...mounted.map((path) => `${directory}/${path}:/${path.replace('own-', 'docker-')}:ro`),
    `${directory}/templates:/etc/nginx/templates:ro`,
  ].flatMap((it) => ['--volume', it])
  const run = ['docker', 'run', '--rm', '--env', 'PORT=8080', ...mounts, '--entrypoint', 'sh', image]
  const argv = ['nginx', '-t']
  return new LocalRunner().run([...run, ...buildTryWords(argv, proxyStart('nginx', argv, words))])
}

const official = ['docker-entrypoint.sh', 'docker-entrypoint.d']
const server = ['nginx', '-g', 'daemon off;']
const fills =
  'sed "s/[$]{PORT}/$PORT/" /etc/nginx/templates/default.conf.template >/etc/nginx/conf.d/default.conf'

describe.each<[string, readonly string[] | undefined, readonly string[]]>([
  ['the official entrypoint', ['/docker-entrypoint.sh', ...server], official],
  ['the official entrypoint, with a command line that is not known', undefined, official],
  ['an entrypoint of its own', ['/docker-entrypoint.sh', ...server], ['own-entrypoint.sh']],
  ['a start script that knows nginx by its path', ['/docker-start.sh'], ['own-start.sh']],
  [
    'a command that reloads nginx later',
    ['sh', '-c', `${fills}; (nginx -s reload) & nginx -g 'daemon off;'`],
    [],
  ],
])('the test of an nginx with templates that are filled in by %s', (_, words, mounted) => {
  test.each([
    ['accepts a good one', 'server { listen ${PORT}; }', 0, 'syntax is ok'],
    ['sees the value', 'server { listen ${PORT}${PORT}; }', 1, '8080${PORT}'],
  ])('%s', async (__, template, exitCode, says) => {
    const tried = await tryTemplate(template, words, mounted)
    expect(tried.stderr).toContain(says)
    expect(tried.exitCode).toBe(exitCode)
  })
})

test('what never starts nginx is no test', async () => {
  expect(await tryTemplate('', ['sh', '-c', 'exit 0'], [])).toMatchObject({ exitCode: 126 })
  expect(await tryTemplate('', ['sh', '-c', 'exit 1'], [])).toMatchObject({ exitCode: 126 })
})
