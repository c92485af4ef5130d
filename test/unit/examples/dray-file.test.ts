import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { loadConfig } from '../../../src/config/load-config.ts'

const cwd = fileURLToPath(new URL('../../../examples/shop', import.meta.url))

test.each([
  ['test', ['deploy@test.example.com'], '/srv/shop', 'docker-compose.yml'],
  ['production', ['deploy@shop.example.com'], '/srv/shop', 'docker-compose.production.yml'],
  ['local', ['local'], cwd, 'docker-compose.yml'],
])("the sample app's dray.yml is valid for %s", async (environmentName, hosts, path, composeFile) => {
  const config = await loadConfig({ cwd, environmentName })
  expect(config.environment).toMatchObject({
    hosts,
    path,
    composeFiles: [expect.stringContaining(composeFile)],
  })
  expect(config.tasks.map(({ name, when }) => [name, when])).toEqual([
    ['migrate', 'before'],
    ['sync-manual', 'after'],
  ])
})
