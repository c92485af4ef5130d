import { describe, expect, test } from 'vitest'
import { readComposeImages, type ComposeImages } from '../../../src/scaffold/read-compose-images.ts'

const read = (services: string): ComposeImages =>
  readComposeImages(`services:\n${services}`, { imageBase: 'ghcr.io/acme/shop', known: [] })

const summaryOf = ({ images, unnamed, unbuilt }: ComposeImages): unknown => ({
  images: images.map(({ service, repository, dockerfile }) => `${service} ${repository} ${dockerfile}`),
  unnamed: unnamed.map(({ service, image }) => `${service} ${image}`),
  unbuilt,
})

test("the team's images are those that are built, or below its name", () => {
  const services = `
  web: { image: "ghcr.io/\${REGISTRY_OWNER:-acme}/web:\${TAG:-1}", build: ./web/ }
  api: { image: ghcr.io/acme/api@sha256:1, build: { context: api, dockerfile: Dockerfile.api } }
  job: { build: . }
  old: { image: ghcr.io/acme/old:1 }
  db: { image: postgres:17 }
`
  expect(summaryOf(read(services))).toEqual({
    images: ['web ghcr.io/acme/web web/Dockerfile', 'api ghcr.io/acme/api api/Dockerfile.api'],
    unnamed: ['job ghcr.io/acme/shop-job:${IMAGE_TAG:-latest}'],
    unbuilt: ['old'],
  })
})

describe('a repository is found', () => {
  test.each([
    ['with a default of a default', 'ghcr.io/${OWNER:-${ORG:-acme}}/web:1', 'ghcr.io/acme/web'],
    ['with an alternative', 'ghcr.io/acme/web${DEBUG:+-debug}:1', 'ghcr.io/acme/web'],
    ['before a tag without braces', 'ghcr.io/acme/web:$TAG', 'ghcr.io/acme/web'],
  ])('%s', (_what, image, repository) => {
    expect(read(`  web: { image: "${image}", build: . }\n`).images).toMatchObject([{ repository }])
  })
})

test('a tag from another variable than IMAGE_TAG is known', () => {
  const services = `
  web: { image: "ghcr.io/acme/web:\${TAG:-1}", build: . }
  api: { image: "ghcr.io/acme/api:\${IMAGE_TAG:-1}", build: api }
  job: { image: "ghcr.io/acme/job", build: job }
`
  expect(read(services).images.map(({ tagVariable }) => tagVariable)).toEqual(['TAG', undefined, undefined])
})

test('a service of a wrong shape hides no other', () => {
  const odd = '  odd: { image: [x], build: 1 }\n  none:\n  text: x\n'
  const images = read(`${odd}  web: { image: ghcr.io/acme/web, build: . }\n`).images
  expect(images).toMatchObject([{ service: 'web' }])
})

test('a service whose build `!reset` removes is not built here', () => {
  const { images, unbuilt } = read('  web: { image: ghcr.io/acme/web, build: !reset null }\n')
  expect({ images, unbuilt }).toEqual({ images: [], unbuilt: ['web'] })
})

test('a file that is not YAML has no images', () => {
  expect(summaryOf(read('  web: { image: ghcr.io/acme/web, build: .\n'))).toEqual({
    images: [],
    unnamed: [],
    unbuilt: [],
  })
})
