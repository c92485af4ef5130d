import { pushDerivedImage, type DerivedImage } from '../support/images/field/derive-image.ts'
import { appBase, readProgram } from '../support/images/field/field-images.ts'
import { layerOfFiles } from '../support/images/field/layer.ts'
import { copyTag } from '../support/images/copy-tag.ts'
import { CADDY_FRONT_TAG } from '../../src/deploy/plan/front/design-caddy.ts'
import { FRONT_TAG } from '../../src/deploy/plan/front/design-front.ts'
import type { OwnImage } from './own-images.ts'
import { thirdImages } from './third-images.ts'

const bases: Readonly<Record<OwnImage['base'], DerivedImage['from']>> = {
  app: appBase,
  nginx: { repository: 'library/nginx', tag: 'alpine' },
  caddy: { repository: 'library/caddy', tag: '2' },
}

/** Pushes an app's own images under a tag. */
export async function pushOwnImages(
  pushHost: string,
  images: readonly OwnImage[],
  tag: string,
): Promise<void> {
  for (const { repository, base, files, settings } of images) {
    const layers = [await layerOfFiles(files)]
    await pushDerivedImage({ pushHost, repository, tag, from: bases[base], layers, settings })
  }
}

/** Pushes a stand-in for every third party's image: it listens where that does, and keeps something on a volume. */
export async function pushThirdImages(pushHost: string): Promise<void> {
  const layers = [await layerOfFiles(new Map([['/app/store.js', readProgram('store.js')]]))]
  for (const { repository, tag, port } of thirdImages) {
    await pushDerivedImage({
      pushHost,
      repository,
      tag,
      from: appBase,
      layers,
      settings: {
        User: 'root',
        Env: [`PORT=${port}`],
        ExposedPorts: { [`${port}/tcp`]: {} },
        Volumes: { '/var/lib/store': {} },
        Entrypoint: ['node', '/app/store.js'],
        Cmd: [],
      },
    })
  }
}

/** The image of the front that dray adds: the same nginx under its tag. */
export async function pushFrontImage(pushHost: string): Promise<void> {
  const registry = { baseUrl: `http://${pushHost}` }
  await copyTag(registry, 'library/nginx', { from: 'alpine', to: FRONT_TAG })
}

/** The image of a front with a domain: Debian's Caddy, which `pushFieldImages` has pushed, under its tag. */
export async function pushCaddyFrontImage(pushHost: string): Promise<void> {
  const registry = { baseUrl: `http://${pushHost}` }
  await copyTag(registry, 'library/caddy', { from: '2', to: CADDY_FRONT_TAG })
}
