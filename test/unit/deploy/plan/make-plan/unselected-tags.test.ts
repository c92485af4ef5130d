import { describe, expect, test } from 'vitest'
import { fakeApp, fakeDesired, fakeProxy, fakeService } from '../../../../support/fake-app.ts'
import { FakeWorld } from '../../../../support/fake-deploy.ts'

/** A deploy of tag v2 of an app whose images are `ghcr.io/acme/NAME:…` or a name of others. */
function deployOf(
  images: Readonly<Record<string, { image: string; written: string }>>,
  tag = 'v2',
): FakeWorld {
  const services = Object.entries(images).map(([name, { image }]) => fakeService(name, { image }))
  const world = new FakeWorld(fakeApp([...services, fakeProxy()]))
  world.imageTemplates = Object.fromEntries(
    Object.entries(images).map(([name, { written }]) => [name, written]),
  )
  world.desired = fakeDesired({ tag })
  return world
}

const selected = { image: 'ghcr.io/acme/backend:v2', written: 'ghcr.io/acme/backend:${IMAGE_TAG:-latest}' }

describe('is refused before anything is touched', () => {
  test.each([
    ['ghcr.io/acme/web:${TAG:-latest}', 'TAG'],
    ['ghcr.io/${OWNER:-acme}/web:$VERSION', 'VERSION'],
    ['ghcr.io/acme/web:${TAG:-${OTHER:-latest}}', 'TAG'],
    ['ghcr.io/acme/web${REF:-:latest}', 'REF'],
    ['${REGISTRY:-ghcr.io:443}/acme/web:${TAG}', 'TAG'],
  ])('an image of the app whose tag comes from elsewhere: %s', async (written, variable) => {
    const world = deployOf({ backend: selected, web: { image: 'ghcr.io/acme/web:latest', written } })
    const failure = await world.failure()
    expect(failure).toMatchObject({ code: 'TAG_UNUSED', exitCode: 3 })
    expect(failure.message).toBe(
      `Service web would run ghcr.io/acme/web:latest, not tag v2: its image takes the tag from ${variable}, which this deploy does not set.`,
    )
    expect(failure.hint).toContain('Write `image: ghcr.io/acme/web:${IMAGE_TAG:-latest}`.')
    expect(failure.hint).toContain(`env: { ${variable}: "\${IMAGE_TAG}" }`)
    expect(world.takeLog()).toEqual([])
  })

  test.each(['ghcr.io/acme/web:latest', 'ghcr.io/acme/web'])('a tag that no image has: %s', async (image) => {
    const failure = await deployOf({ web: { image, written: image } }).failure()
    expect(failure).toMatchObject({
      code: 'TAG_UNUSED',
      message: `No service runs an image with tag v2: service web would run ${image}.`,
    })
  })
})

test('a fixed tag of an own image beside images that have the tag is named, in full only once', async () => {
  const web = { image: 'ghcr.io/acme/web:latest', written: 'ghcr.io/acme/web:latest' }
  const other = { image: 'postgres:16', written: 'postgres:16' }
  const world = deployOf({ backend: selected, web, db: other })
  const about = (warnings: readonly string[]) => warnings.filter((it) => it.includes('fixed'))
  expect(about((await world.deploy()).warnings)).toEqual([
    'web runs ghcr.io/acme/web:latest, not v2: its tag is fixed in the compose file. Write `${IMAGE_TAG}` if it belongs to the release.',
  ])
  expect(about((await world.plan()).warnings)).toEqual([
    expect.stringMatching(/^As at the deploy before: .*web runs ghcr\.io\/acme\/web:latest, not v2/),
  ])
})

describe('is deployed', () => {
  test.each([
    [
      'the tag with an addition',
      { image: 'ghcr.io/acme/web:v2-alpine', written: 'ghcr.io/acme/web:${IMAGE_TAG}-alpine' },
    ],
    [
      'a fixed tag beside images that have it',
      { image: 'ghcr.io/acme/web:15', written: 'ghcr.io/acme/web:15' },
    ],
    ['an image by digest', { image: `ghcr.io/acme/web@sha256:${'a'.repeat(64)}`, written: '${WEB_IMAGE}' }],
    ['an image of others with its own variable', { image: 'postgres:16', written: 'postgres:${PG:-16}' }],
  ])('%s', async (_, other) => {
    const world = deployOf({ backend: selected, other })
    await world.deploy()
    expect(Object.keys(world.host.releases.at(-1)?.services ?? {})).toContain('other')
  })

  test('a tag under a variable that dray.yml passes on, whatever its value', async () => {
    const world = deployOf({
      backend: selected,
      web: { image: 'ghcr.io/acme/web:stable', written: 'ghcr.io/acme/web:${WEB_TAG}' },
    })
    world.desired = fakeDesired({ tag: 'v2', givenVariables: ['IMAGE_TAG', 'WEB_TAG'] })
    await world.deploy()
    expect(world.host.releases).toHaveLength(1)
  })

  test('a tag for which the registry answers with another one, as the newest', async () => {
    const world = deployOf({ web: { ...selected, image: 'ghcr.io/acme/web:v2' } })
    world.answeredTags.set('ghcr.io/acme/web:v2', 'v7')
    await world.deploy()
    expect(world.host.releases.at(-1)?.services['web']?.tag).toBe('v7')
  })

  test('the default of the compose file where no tag is given', async () => {
    const world = deployOf({
      web: { image: 'ghcr.io/acme/web:latest', written: 'ghcr.io/acme/web:${TAG:-latest}' },
    })
    world.desired = fakeDesired({ tag: undefined })
    await world.deploy()
    expect(world.host.releases).toHaveLength(1)
  })
})
