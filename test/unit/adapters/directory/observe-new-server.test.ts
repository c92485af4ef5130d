import { chmod, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { observeApp } from '../../../../src/adapters/directory/observe-app.ts'
import type { CommandRunner } from '../../../../src/adapters/host/command-runner.ts'
import { LocalRunner } from '../../../../src/adapters/host/local-runner.ts'
import { temporaryApp } from '../../../support/temporary-directory.ts'

const TOOLS = ['awk', 'cat', 'date', 'df', 'dirname', 'flock', 'head', 'ls', 'mktemp', 'rm', 'sed', 'sh']
const MORE_TOOLS = ['sha256sum', 'sort', 'tail', 'wc', 'xargs']

/** A machine whose docker is this script; without one, there is no docker. */
async function machine(docker?: string): Promise<CommandRunner> {
  const bin = await temporaryApp(docker === undefined ? {} : { docker })
  if (docker !== undefined) await chmod(join(bin, 'docker'), 0o755)
  await Promise.all([...TOOLS, ...MORE_TOOLS].map((tool) => symlink(`/usr/bin/${tool}`, join(bin, tool))))
  const local = new LocalRunner()
  const run: CommandRunner['run'] = (argv, options) => local.run(argv, { ...options, env: { PATH: bin } })
  return { name: 'srv1', run } as CommandRunner
}

async function missingPath(): Promise<string> {
  const path = await temporaryApp()
  await rm(path, { recursive: true })
  return path
}

const nothing = { release: undefined, containers: [], lock: undefined, journalBytes: 0 }

test('a server without the directory has nothing deployed, and its disk is read', async () => {
  const path = join(await missingPath(), 'deeper')
  const observation = await observeApp({ runner: await machine('#!/bin/sh\necho /\n'), path })
  expect(observation).toMatchObject({ ...nothing, notSetUp: `There is no directory ${path} on srv1.` })
  expect(observation.nowMs).toBeGreaterThan(0)
  expect(observation.fileSystems.flatMap(({ holds }) => holds)).toContain('the app')
})

test('nor has one without Docker', async () => {
  const path = await missingPath()
  const observation = await observeApp({ runner: await machine(), path })
  const notSetUp = `There is no Docker on srv1, and no directory ${path}.`
  expect(observation).toMatchObject({ ...nothing, notSetUp })
  expect(observation.nowMs).toBeGreaterThan(0)
})

test('without Docker, an app that is there cannot be read', async () => {
  const path = await temporaryApp()
  await expect(observeApp({ runner: await machine(), path })).rejects.toMatchObject({
    code: 'DOCKER_MISSING',
  })
})

test('a directory that is missing below running containers is a failure: it was there', async () => {
  const path = await missingPath()
  const container = JSON.stringify({
    ...{ id: 'abc', name: '/shop-web-1', image: 'shop', labels: {}, state: 'running', exitCode: 0 },
    ...{ outOfMemory: false, startedAt: '', health: 'none', restartCount: 0, restartPolicy: 'always' },
  })
  const docker = `#!/bin/sh
case $1 in
  ps) printf '%s\\n' "abc|shop|shop_default|${path.replaceAll('$', '\\$')}" ;;
  inspect) cat << 'END'
${container}
END
esac
`
  await expect(observeApp({ runner: await machine(docker), path })).rejects.toMatchObject({
    code: 'PATH_NOT_WRITABLE',
    message: `There is no directory ${path} on srv1.`,
  })
})

test.each([
  ['a file', (path: string) => writeFile(path, '')],
  ['a link that leads nowhere', (path: string) => symlink(join(dirname(path), 'nowhere'), path)],
])('%s in the place of the directory is a failure', async (_, put) => {
  const path = await missingPath()
  await put(path)
  await expect(observeApp({ runner: await machine('#!/bin/sh\n'), path })).rejects.toMatchObject({
    code: 'PATH_NOT_WRITABLE',
  })
})
