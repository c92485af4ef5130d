import { specCompose } from '../support/app/spec-compose.ts'
import { TestApp } from '../support/app/test-app.ts'
import type { TestNet } from '../support/net/test-net.ts'
import { lookForLeftovers, type Leftovers } from './check-after.ts'

/** Versions that take turns. */
export const tags = ['v1', 'v2', 'v3'] as const
export const firstTag = tags[0]

/** An app that drills are done to, and what its server held when it was first in place. */
export type Stage = { app: TestApp; before: Leftovers }

/** The specification's app with both tasks, its first version in place, and what its server holds then. */
export async function makeStage(
  net: TestNet,
  server = net.server('srv1'),
  port = 80,
  name = 'drill',
): Promise<AsyncDisposable & Stage> {
  const app = await TestApp.make({
    net,
    server,
    name,
    port,
    files: { 'docker-compose.yml': specCompose(port) },
    config: {
      tasks: {
        migrate: { service: 'backend', run: ['npm', 'run', 'migrate'], when: 'before' },
        'sync-manual': { service: 'backend', run: ['npm', 'run', 'sync-manual'], when: 'after' },
      },
      // Of three versions one is gone each time, so that there is something to pull.
      keep: 2,
    },
  })
  await app.mustDeploy(firstTag)
  return { app, before: await lookForLeftovers(app), [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() }
}
