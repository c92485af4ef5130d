import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { renderGeneratedFiles, root } from '../../../scripts/docs/generated-files.ts'
import { load } from '../../support/make-project.ts'

const generated = await renderGeneratedFiles()

test.each([...generated])('%s is up to date with `npm run docs`', async (file, text) => {
  expect(await readFile(path.join(root, file), 'utf8')).toBe(text)
})

test('the example with every key is a configuration without problems', async () => {
  const page = generated.get('docs/configuration.md') ?? ''
  const [, example = ''] = /## An example with every key\n\n```yaml\n([^]*?)```/.exec(page) ?? []
  const config = await load(example.replace('docker-compose.production.yml', 'docker-compose.yml'))
  expect(config).toMatchObject({
    app: 'shop',
    environment: { hosts: ['deploy@test.example.com'], path: '/srv/shop', tagRule: { kind: 'sha' } },
    registries: { 'registry.example.com': { username: 'deploy', passwordVariable: 'REGISTRY_PASSWORD' } },
  })
})

test('the JSON schema knows the keys of every place, and lets `x-` keys be', () => {
  const schema = JSON.parse(generated.get('dray.schema.json') ?? '') as Record<string, object>
  expect(schema).toMatchObject({
    additionalProperties: false,
    required: ['environments'],
    patternProperties: { '^x-': {} },
    properties: {
      environments: {
        additionalProperties: { properties: { host: { type: 'string' } }, additionalProperties: false },
      },
      keep: { type: 'integer', minimum: 1 },
    },
  })
})
