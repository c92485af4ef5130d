import { join } from 'node:path'
import { cloneDirectory } from '../test/support/net/machine.ts'
import { testToken } from '../test/support/net/registry.ts'
import type { RunResult } from '../test/support/net/run-command.ts'
import { countedAtClient } from './cpu-use.ts'
import { ownServices } from './sample-app.ts'
import { appDirectory, rolloutOnServer, type Stage } from './stage.ts'

/** One way to get a version onto the server. */
export type Way = {
  name: string
  /** As the tables call it. */
  title: string
  withTasks: boolean
  /** Makes the first version run, in the state that a deploy of this way leaves behind; not measured. */
  serve(stage: Stage, version: string): Promise<RunResult>
  /** What is measured. */
  deploy(stage: Stage, version: string): Promise<RunResult>
}

const composeUp: Way['serve'] = (stage, version) =>
  runThere(stage, `IMAGE_TAG=${version} docker compose up -d --quiet-pull`)

/** The script of the specification, given its deploy-time values in the same connection. */
const script: Way = {
  name: 'script',
  title: "the specification's script",
  withTasks: false,
  serve: composeUp,
  deploy: (stage, version) => {
    const values = { IMAGE_TAG: version, REGISTRY_OWNER: 'acme', ...tokenVariables, ENV: 'bench' }
    const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`)
    return runThere(stage, 'umask 077 && cat > .env.deploy && sh deploy.sh', lines.join(''))
  },
}

/** What a careful hand types instead; the login was made before and is not measured. */
const upWait: Way = {
  name: 'up-wait',
  title: '`docker compose up -d --wait`',
  withTasks: false,
  serve: composeUp,
  deploy: (stage, version) =>
    runThere(
      stage,
      `export IMAGE_TAG=${version} && docker compose pull --quiet --policy always && docker compose up -d --wait`,
    ),
}

/** What a careful hand would write for this app, which does what dray does for it. */
const handwritten: Way = {
  name: 'handwritten',
  title: 'a hand-written script for this app',
  withTasks: false,
  // As a careful hand would configure nginx, and dray does: an idle connection takes one more request at a reload.
  serve: (stage, version) =>
    runThere(
      stage,
      `echo 'keepalive_min_timeout 5s;' >nginx/conf.d/keepalive.conf && IMAGE_TAG=${version} docker compose up -d --quiet-pull`,
    ),
  deploy: (stage, version) =>
    runThere(stage, `IMAGE_TAG=${version} sh handwritten.sh ${ownServices(stage.form).join(' ')}`),
}

/**
 * docker-rollout, service by service as it takes them, and nginx reloaded after each, since it knows no other address until
 * then. https://github.com/wowu/docker-rollout
 */
const rollout: Way = {
  name: 'rollout',
  title: '`docker rollout`',
  withTasks: false,
  serve: composeUp,
  deploy: (stage, version) => {
    const services = ownServices(stage.form).join(' ')
    const rollOne = `sh ${rolloutOnServer} rollout "$service" && docker compose exec -T nginx nginx -s reload`
    const lines = [
      `export IMAGE_TAG=${version}`,
      'docker compose pull --quiet --policy always',
      `for service in ${services}; do ${rollOne} || exit; done`,
    ]
    return runThere(stage, lines.join(' && '))
  },
}

const dray: Way = { name: 'dray', title: 'dray', withTasks: false, serve: runDray, deploy: runDray }

const drayWithTasks: Way = {
  name: 'dray-tasks',
  title: 'dray, with `migrate` and `sync-manual`',
  withTasks: true,
  serve: runDray,
  deploy: runDray,
}

/** Back to the release before. */
const drayRollback: Way = {
  name: 'dray-rollback',
  title: '`dray rollback`',
  withTasks: false,
  serve: runDray,
  deploy: (stage) => runDray(stage),
}

export const ways = { script, upWait, handwritten, rollout, dray, drayWithTasks, drayRollback }

const tokenVariables = { GITHUB_TOKEN: testToken, GITHUB_ACTOR: 'octocat' }

/** A deploy of a version; without one, a rollback. */
async function runDray({ net, server, place, clientDirectory }: Stage, version?: string): Promise<RunResult> {
  const args = [
    ...(version === undefined ? ['rollback', place] : ['deploy', place, '--tag', version]),
    '--json',
  ]
  const argv = countedAtClient(net, [place === 'ssh' ? 'dray' : join(cloneDirectory, 'bin/dray'), ...args])
  if (place === 'ssh') return net.client.run(argv, { cwd: clientDirectory, env: tokenVariables })
  return server.run(argv, {
    cwd: appDirectory,
    env: { ...tokenVariables, NODE_EXTRA_CA_CERTS: net.facts.registry.caFile },
  })
}

/** Runs shell lines in the app's directory: with one `ssh`, or on the server itself. */
async function runThere(stage: Stage, lines: string, input = ''): Promise<RunResult> {
  const { net, server, place } = stage
  const inDirectory = `cd ${appDirectory} && ${lines}`
  // Ten services one after the other take minutes.
  const options = { input, timeoutMs: 600_000 }
  if (place === 'ssh')
    return net.client.run(countedAtClient(net, ['ssh', server.sshTarget, inDirectory]), options)
  return server.run(countedAtClient(net, ['sh', '-c', inDirectory]), options)
}
