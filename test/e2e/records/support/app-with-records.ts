import type { TestNet } from '../../../support/net/test-net.ts'
import { TestApp } from '../../../support/app/test-app.ts'
import { composeWith } from '../../support/compose-parts.ts'
import { startUntil } from '../../support/start-until.ts'

/** The files below `.dray` that dray reads again, by their names in a directory of test/fixtures/releases. */
export type Records = Readonly<Record<string, string>>

const tasks = {
  migrate: { service: ['backend', 'app'], run: ['npm', 'run', 'migrate'], when: 'before' },
  check: { service: ['backend', 'app'], run: 'exit 7', when: 'manual' },
  slow: { service: ['backend', 'app'], run: 'echo begun; sleep 600', when: 'manual' },
}

/**
 * An app on which every kind of record was made: r1, an r2 that failed, r3, r4 as a rollback to r1; a changed variable, a task
 * that was run by hand, and another whose lock is read while it runs.
 */
export async function appWithRecords(net: TestNet): Promise<{ app: TestApp; records: Records }> {
  const app = await TestApp.make({
    net,
    server: net.server('srv1'),
    name: 'records',
    port: 8175,
    files: { 'docker-compose.yml': composeWith({ port: 8175 }) },
    config: { tasks },
  })
  await app.mustDeploy('v1')
  await must(app, ['env', 'test', 'set', 'SHOP_COLOUR'], 'blue')
  await app.deploy('v2-exits-at-once')
  await app.dray(['task', 'check', 'test'])
  await app.mustDeploy('v2')
  await app.rollback()
  const running = await startUntil(app, { args: ['task', 'slow', 'test'] }, /begun/)
  const lock = await fileOf(app, 'lock')
  running.kill('SIGINT')
  await running.done
  const releases = ['r1', 'r3', 'r4'].map(async (id) => [
    `${id}.json`,
    await fileOf(app, `releases/${id}/release.json`),
  ])
  const journal = await fileOf(app, 'journal.ndjson')
  return {
    app,
    records: {
      ...(Object.fromEntries(await Promise.all(releases)) as Records),
      'journal.ndjson': journal,
      'lock.json': lock,
    },
  }
}

async function must(app: TestApp, args: readonly string[], input?: string): Promise<void> {
  const { exitCode, stderr } = await app.dray(args, input === undefined ? {} : { input })
  if (exitCode !== 0) throw new Error(`dray ${args.join(' ')} ended with ${exitCode}: ${stderr}`)
}

async function fileOf(app: TestApp, path: string): Promise<string> {
  const text = await app.readOnServer(`.dray/${path}`)
  if (text === undefined) throw new Error(`There is no .dray/${path}.`)
  return text
}
