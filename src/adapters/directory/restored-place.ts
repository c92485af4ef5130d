import type { AppModel } from '../../deploy/model/app-model.ts'
import type { AppDirectory, Compose } from '../../deploy/model/ports.ts'
import type { Release } from '../../deploy/model/release.ts'
import { differenceFrom } from '../../deploy/model/release-model.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { createCompose } from '../compose/compose-cli.ts'
import { createAppDirectory } from './app-directory.ts'
import type { AppPlace } from './app-place.ts'

/**
 * Directory and Compose for a kept release. Its override file pins what came from deploy-time values, so Compose gets none,
 * as with a plain `docker compose up -d`. Where the files cannot be read without (`${IMAGE_TAG:?}`), or are another app then
 * (a project name, a profile), `place.values` are used. `inspect` throws RELEASE_CHANGED when the model is not the release's.
 */
export function createRestoredPlace(
  place: AppPlace,
  release: Release,
): { directory: AppDirectory; compose: Compose } {
  const partsWith = (values: AppPlace['values']) => ({
    directory: createAppDirectory({ ...place, values }),
    compose: createCompose({ ...place, values }),
  })
  let parts = partsWith({})

  return {
    directory: {
      ...parts.directory,
      inspect: async (files, signal) => {
        const plain = await parts.directory.inspect(files, signal).catch((error: unknown) => {
          if (error instanceof DrayError && error.code === 'COMPOSE_INVALID') return undefined
          throw error
        })
        if (plain !== undefined && differenceFrom(release, plain.app) === undefined) return plain
        parts = partsWith(place.values)
        const valued = await parts.directory.inspect(files, signal)
        refuseOther(release, valued.app, place.runner.name)
        return valued
      },
    },
    compose: {
      up: (request) => parts.compose.up(request),
      runTask: (request) => parts.compose.runTask(request),
    },
  }
}

function refuseOther(release: Release, app: AppModel, host: string): void {
  const difference = differenceFrom(release, app)
  if (difference === undefined) return
  throw new DrayError(
    'RELEASE_CHANGED',
    `The files of release ${release.id} no longer make that release on ${host}: ${difference}.`,
    {
      hint: 'What `.env` says of the project, its services or images has changed since. Put that back, or deploy the tag: `dray deploy ENVIRONMENT --tag TAG`.',
    },
  )
}
