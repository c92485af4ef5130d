import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { createArchivedSource } from '../../../../src/adapters/source/archived-source.ts'
import { renderOverride } from '../../../../src/adapters/compose/pins.ts'
import { wrapHealthCheck } from '../../../../src/deploy/model/drain-check.ts'
import type { Release } from '../../../../src/deploy/model/release.ts'
import { fakeApp } from '../../../support/fake-app.ts'

const check = wrapHealthCheck({ argv: ['curl', '$HOST'] })!

/** The source of a release whose override file has the health check of dray for `api`. */
function source() {
  const files = {
    'docker-compose.yml': 'services: { api: { image: a }, web: { image: b } }',
    'docker-compose.override.yml': renderOverride({ api: 'a@1', web: 'b@1' }, {}, { checks: { api: check } }),
  }
  const bundle = Object.entries(files).map(([path, text]) => ({
    path,
    content: Buffer.from(text),
    mode: 0o600,
  }))
  return createArchivedSource(
    { read: () => Promise.reject(new Error('not read')), files: async () => bundle },
    {} as Release,
  )
}

const overrideIn = (files: Awaited<ReturnType<ReturnType<typeof source>['composeFiles']>>): unknown => {
  const file = files.find(({ path }) => path === 'docker-compose.override.yml')
  return parse(new TextDecoder().decode(file?.content))
}

test('a health check of dray is no part of the app that Compose reads', async () => {
  expect(overrideIn(await source().composeFiles())).toEqual({
    services: { api: { image: 'a@1' }, web: { image: 'b@1' } },
  })
})

test('the files of an archived release get the health checks of this deploy', async () => {
  const files = await source().bundle(fakeApp([]), { api: 'a@1', web: 'b@1' }, { web: check })
  expect(overrideIn(files)).toMatchObject({ services: { api: { image: 'a@1' }, web: { image: 'b@1' } } })
  const { services } = overrideIn(files) as { services: Record<string, { healthcheck?: { test: string[] } }> }
  expect(services['api']?.healthcheck).toBeUndefined()
  expect(services['web']?.healthcheck?.test.slice(-2)).toEqual(['curl', '$$HOST'])
})

test('a host with another role has no containers of the other services', async () => {
  const app = { ...fakeApp([]), elsewhere: ['web'] }
  expect(overrideIn(await source().bundle(app, { api: 'a@1' }))).toEqual({
    services: { api: { image: 'a@1' }, web: { scale: 0, deploy: { replicas: 0 }, pull_policy: 'never' } },
  })
  const same = await createArchivedSource(
    { read: () => Promise.reject(new Error('not read')), files: () => source().bundle(app, { api: 'a@1' }) },
    {} as Release,
  ).bundle(app, { api: 'a@1' })
  expect(same).toEqual(await source().bundle(app, { api: 'a@1' }))
})
