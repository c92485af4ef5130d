import { setTimeout } from 'node:timers/promises'
import type { TestApp } from '../support/app/test-app.ts'

/** What a server holds of an app, beside what serves: the same before and after. */
export type Leftovers = { dray: string; temporary: string; processes: string }

/** What is wrong now, a sentence each; nothing where the release is in place as if nothing had happened. */
export async function findProblems(
  app: TestApp,
  expected: { tag: string; before: Leftovers },
): Promise<string[]> {
  const [containers, all, networks, lock, hosts, now, served, released] = await Promise.all([
    app.containers(),
    app.server.docker('ps', '-aq', '--filter', `label=com.docker.compose.project=${app.name}`),
    app.server.docker('network', 'ls', '-q', '--filter', `label=com.docker.compose.project=${app.name}`),
    app.server.run(['flock', '-n', `${app.path}/.dray/lock`, 'true']),
    app.server.run(['sh', '-c', `docker exec ${app.name}-nginx-1 cat /etc/hosts`]),
    lookForLeftovers(app),
    versionOf(app),
    releasedImages(app),
  ])
  const problems: string[] = []
  const expect = (holds: boolean, problem: string): void => {
    if (!holds) problems.push(problem)
  }
  const services = containers.map(({ service, state }) => `${service} ${state}`).join(', ')
  expect(served === expected.tag, `${served ?? 'nothing'} answers, not ${expected.tag}`)
  expect(services === 'backend running, frontend running, nginx running', `containers: ${services}`)
  for (const { service, image } of containers)
    expect(image === released.get(service), `${service} runs ${image}, on record is ${released.get(service)}`)
  expect(all.split('\n').length === containers.length, 'a one-off container is left')
  expect(networks.split('\n').length === 1, 'a network is left')
  expect(lock.exitCode === 0, 'the lock is held')
  expect(!/backend|frontend/.test(hosts.stdout), "lines are left in nginx's /etc/hosts")
  expect(now.dray === expected.before.dray, `in .dray: ${now.dray}`)
  expect(now.temporary === expected.before.temporary, `in /tmp: ${now.temporary}`)
  expect(now.processes === '', `processes of deploy: ${now.processes}`)
  const newest = await newestAttempt(app)
  expect(newest === `${expected.tag} deployed`, `the history ends with ${newest}`)
  return problems
}

/** Files of dray's that are no record, temporary ones, and processes of the one who deploys. */
export async function lookForLeftovers(app: TestApp): Promise<Leftovers> {
  // What a client left behind notices within seconds that it is gone.
  const script = `
    for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
      pgrep -u deploy > /dev/null || break
      sleep 0.5
    done
    ls -A ${app.path}/.dray | tr '\\n' ' '; ls -A ${app.path}/.dray/releases | grep '^[.]' | tr '\\n' ' '
    echo @; ls -A /tmp | grep -v '^runc-process' | tr '\\n' ' '
    echo @; ps -u deploy -o args= | tr '\\n' ';'`
  const [dray = '', temporary = '', processes = ''] = (
    await app.server.run(['sh', '-c', script])
  ).stdout.split('@')
  return { dray: dray.trim(), temporary: temporary.trim(), processes: processes.trim() }
}

/** The version that answers at the proxy; undefined when none does. */
export async function versionOf(app: TestApp): Promise<string | undefined> {
  try {
    return (await app.version()) ?? undefined
  } catch {
    return undefined
  }
}

/** The version that answers, within the time that a host needs for its containers, or Docker to start one again. */
export async function untilServed(app: TestApp): Promise<string | undefined> {
  const untilMs = Date.now() + 30_000
  for (;;) {
    const version = await versionOf(app)
    if (version !== undefined || Date.now() > untilMs) return version
    await setTimeout(250)
  }
}

/** The image of each service as the newest record has it. */
async function releasedImages(app: TestApp): Promise<ReadonlyMap<string, string>> {
  const script = `cat "$(ls -d ${app.path}/.dray/releases/r* | sort -V | tail -n 1)/release.json"`
  const { stdout } = await app.server.run(['sh', '-c', script])
  const { services } = JSON.parse(stdout) as { services: Record<string, { image: string }> }
  return new Map(Object.entries(services).map(([service, { image }]) => [service, image]))
}

type Attempt = { host?: string; tag?: string; outcome: { kind: string }; isCurrent: boolean }

/** The host's newest attempt as `dray history` reports it, which has a line for each host; the command reads records and journal. */
async function newestAttempt(app: TestApp): Promise<string> {
  const { stdout, stderr } = await app.dray(['history', 'test', '--limit', '1', '--json'])
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'))
  const attempts = lines.map((line) => JSON.parse(line) as Attempt)
  const own = attempts.find(({ host = app.server.sshTarget }) => host === app.server.sshTarget)
  if (own === undefined) return stdout + stderr
  const { tag, outcome, isCurrent } = own
  return `${tag ?? 'no tag'} ${outcome.kind}${isCurrent ? '' : ', not current'}`
}
