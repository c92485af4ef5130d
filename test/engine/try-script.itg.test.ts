import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tryScript } from '../../src/adapters/compose/try-args.ts'
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
  ] as const) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), text)
    await chmod(join(directory, path), 0o755)
  }
})

afterAll(() => rm(directory, { recursive: true, force: true }))

test.each([
  ['accepts a good template', 'server { listen ${PORT}; }', 0, ''],
  ['rejects a broken template', 'server { listen ${PORT} }', 1, 'unexpected "}"'],
  ['sees the value that is filled in', 'server { listen ${PORT}${PORT}; }', 1, '8080${PORT}'],
])('the test of an nginx with templates %s', async (_, template, exitCode, says) => {
  await mkdir(join(directory, 'templates'), { recursive: true })
  await writeFile(join(directory, 'templates/default.conf.template'), template)
  const mounts = [
    `${directory}/docker-entrypoint.sh:/docker-entrypoint.sh:ro`,
    `${directory}/docker-entrypoint.d:/docker-entrypoint.d:ro`,
    `${directory}/templates:/etc/nginx/templates:ro`,
  ]
  const run = ['docker', 'run', '--rm', '--env', 'PORT=8080', ...mounts.flatMap((it) => ['--volume', it])]
  const tried = await new LocalRunner().run([
    ...run,
    '--entrypoint',
    'sh',
    image,
    '-c',
    tryScript,
    'dray',
    'nginx',
    '-t',
  ])
  expect(tried.stderr).toContain(says)
  expect(tried.exitCode).toBe(exitCode)
})
