import type { AppModel } from '../../deploy/model/app-model.ts'
import type { Cluster, Stack, StackRequest } from '../../deploy/model/cluster.ts'
import type { Compose } from '../../deploy/model/compose.ts'
import type { AppDirectory } from '../../deploy/model/ports.ts'
import { serviceNames, type Release } from '../../deploy/model/release.ts'
import { limitToRole } from '../../deploy/plan/roles/limit-to-role.ts'
import { differenceFrom } from '../../deploy/model/release-model.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { createCompose } from '../compose/compose-cli.ts'
import { createStack } from '../swarm/stack-cli.ts'
import { createAppDirectory } from './app-directory.ts'
import type { AppPlace } from './app-place.ts'

/**
 * Directory and Compose for an archived release. Its override file pins the deploy-time values, so Compose gets none, as
 * with a plain `docker compose up -d`. If the files need values (`${IMAGE_TAG:?}`), or make another app without them (a
 * project name, a profile), `place.values` are used. `inspect` throws RELEASE_CHANGED if the model differs from the
 * release.
 */
export function createRestoredPlace(
  place: AppPlace,
  release: Release,
  cluster?: Cluster,
): { directory: AppDirectory; compose: Compose; swarm?: { cluster: Cluster; stack: Stack } } {
  const partsWith = (values: AppPlace['values']) => ({
    directory: createAppDirectory({ ...place, values }),
    compose: createCompose({ ...place, values }),
    ...(cluster && { stack: createStack({ ...place, values }, cluster) }),
  })
  let parts = partsWith({})
  const role = {
    host: place.runner.name,
    services: release.elsewhere === undefined ? undefined : serviceNames(release),
  }
  const inspect: AppDirectory['inspect'] = async (files, signal) => {
    const found = await parts.directory.inspect(files, signal)
    return { ...found, app: limitToRole(found.app, role) }
  }

  return {
    directory: {
      ...parts.directory,
      inspect: async (files, signal) => {
        const plain = await inspect(files, signal).catch((error: unknown) => {
          if (error instanceof DrayError && error.code === 'COMPOSE_INVALID') return undefined
          throw error
        })
        if (plain !== undefined && differenceFrom(release, plain.app) === undefined) return plain
        parts = partsWith(place.values)
        const valued = await inspect(files, signal)
        refuseOther(release, valued.app, place.runner.name)
        return valued
      },
    },
    compose: {
      up: (request) => parts.compose.up(request),
      startStandIn: (request) => parts.compose.startStandIn(request),
      tryOut: (request) => parts.compose.tryOut(request),
      runTask: (request) => parts.compose.runTask(request),
    },
    ...(cluster && {
      swarm: {
        cluster,
        stack: {
          deploy: async (request: StackRequest) => parts.stack?.deploy(request),
          nameContents: async (request: Parameters<Stack['nameContents']>[0]) =>
            (await parts.stack?.nameContents(request)) ?? [],
          startJob: async (request: Parameters<Stack['startJob']>[0]) => parts.stack?.startJob(request),
        },
      },
    }),
  }
}

function refuseOther(release: Release, app: AppModel, host: string): void {
  const difference = differenceFrom(release, app)
  if (difference === undefined) return
  throw new DrayError(
    'RELEASE_CHANGED',
    `The files of release ${release.id} no longer produce that release on ${host}: ${difference}.`,
    {
      hint: 'The project, services or images in `.env` have changed since. Undo that change, or deploy the tag: `dray deploy ENVIRONMENT --tag TAG`.',
    },
  )
}
