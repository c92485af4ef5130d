import { expect, test } from 'vitest'
import { isOwn } from '../../../../src/deploy/plan/why-not-rolled.ts'
import { fakeDesired, fakeService } from '../../../support/fake-app.ts'

test.each<[string, string | undefined, string | undefined, boolean]>([
  ['ghcr.io/acme/api:v1', 'v2', undefined, true],
  ['quay.io/acme/api:v2', 'v2', undefined, true],
  ['quay.io/acme/api:v2', 'v2', 'quay.io/acme/api:${IMAGE_TAG:-latest}', true],
  ['quay.io/acme/api:latest', 'latest', 'quay.io/acme/api:${IMAGE_TAG:-latest}', true],
  // The tag of another's image is the same by chance.
  ['quay.io/other/db:latest', 'latest', 'quay.io/other/db:latest', false],
  ['quay.io/other/db:latest', 'latest', 'quay.io/other/db', false],
  ['quay.io/other/db:latest', 'latest', undefined, false],
  ['quay.io/other/db:main', 'main', 'quay.io/other/db:${DB_TAG:-main}', false],
  ['redis:7', '7', undefined, false],
  ['quay.io/other/db:latest', undefined, undefined, false],
])('%s with tag %s, written as %s, is own: %s', (image, tag, template, expected) => {
  const templates = new Map(template === undefined ? [] : [['api', template]])
  expect(isOwn(fakeService('api', { image }), fakeDesired({ tag }), templates)).toBe(expected)
})
