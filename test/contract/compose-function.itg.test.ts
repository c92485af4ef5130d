import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { composeFunction } from '../../src/adapters/compose/compose-function.ts'
import { LocalRunner } from '../../src/adapters/host/local-runner.ts'
import { temporaryApp } from '../support/temporary-directory.ts'

const runner = new LocalRunner()
afterAll(() => runner[Symbol.asyncDispose]())

async function compose(env: Record<string, string>, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runner.run(
    ['sh', '-c', `${composeFunction} compose "$@"`, 'sh', ...args],
    {
      env,
    },
  )
  expect(stderr).toBe('')
  expect(exitCode).toBe(0)
  return stdout.trim()
}

async function program(path: string, says: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, `#!/bin/sh\necho "${says} $*"\n`)
  await chmod(path, 0o755)
}

test('is the Compose that the docker command runs', async () => {
  const { stdout } = await runner.run(['docker', 'compose', 'version', '--short'])
  expect(await compose({}, 'version', '--short')).toBe(stdout.trim())
})

test("the user's own plugin comes first, as for docker", async () => {
  const home = await temporaryApp({})
  await program(join(home, '.docker/cli-plugins/docker-compose'), 'own')
  expect(await compose({ HOME: home }, 'up', '--scale', 'web=2')).toBe('own up --scale web=2')
})

test('runs `docker compose` where the plugin is not found', async () => {
  const home = await temporaryApp({ '.docker/config.json': '{"cliPluginsExtraDirs":["/elsewhere"]}' })
  await program(join(home, 'bin/docker'), 'docker')
  expect(await compose({ HOME: home, PATH: `${home}/bin:/usr/bin:/bin` }, 'config')).toBe(
    'docker compose config',
  )
})
