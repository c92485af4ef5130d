import { randomBytes } from 'node:crypto'
import { DrayError } from '../../errors/dray-error.ts'
import type { Compose, ComposeMode } from '../../deploy/model/compose.ts'
import { standInLabel } from '../../deploy/model/stand-in.ts'
import type { AppPlace } from '../directory/app-place.ts'
import { exportLines, type DeployValueMap } from '../directory/values.ts'
import { stripControl } from '../../shared/strip-control.ts'
import { SHORT_OUTPUT_BYTES } from '../host/too-much-output.ts'
import { guardContainer } from '../docker/container-guard.ts'
import { inContainerArgs, type InContainerOptions } from '../docker/exec-args.ts'
import { composeFailure } from './compose-failure.ts'
import { buildTryArgs, UNSEEN } from './try-args.ts'
import { attachedComposeScript, composeScript, composeWithImagesScript } from './compose-scripts.ts'
import { createServerValues, maskWords } from './server-values.ts'
import { renderOverride } from './pins.ts'

/** Docker Compose in the app's directory on a host; always uses the files there. */
export function createCompose(place: AppPlace): Compose {
  const { runner, path, values } = place
  const { readMask } = place.serverValues ?? createServerValues(place)
  const failure = async (what: string, stderr: string) =>
    composeFailure(what, stripControl(stderr), { host: runner.name, mask: await readMask() })
  return {
    up: async ({ services, mode, images, signal }) => {
      const script = images === undefined ? composeScript : composeWithImagesScript
      const more: DeployValueMap = images === undefined ? {} : { DRAY_IMAGES: renderOverride(images, {}) }
      const { exitCode, stderr } = await runner.run(
        ['sh', '-c', script, 'dray', path, ...buildUpArgs(services, mode)],
        {
          input: exportLines({ ...values, ...more }),
          ...(signal === undefined ? {} : { signal }),
        },
      )
      if (exitCode !== 0) throw await failure('up', stderr)
    },

    startStandIn: async ({ aliases, networks, signal, ...request }) => {
      const override = renderAliases(request.service, { aliases, networks })
      const { exitCode, stderr } = await runner.run(
        ['sh', '-c', composeWithImagesScript, 'dray', path, ...buildStandInArgs(request)],
        {
          input: exportLines({ ...values, DRAY_IMAGES: override }),
          ...(signal === undefined ? {} : { signal }),
        },
      )
      if (exitCode !== 0) throw await failure('run', stderr)
    },

    runTask: async ({ service, argv, onLine, onStarted, timeoutMs, signal }) => {
      // Its output may have values even if no container has had them yet.
      const mask = await readMask()
      const containerName = `${service}-task-${randomBytes(4).toString('hex')}`
      const { exitCode } = await runGuarded({ runner, containerName, onStarted }, () =>
        runner.run(
          [
            'sh',
            '-c',
            composeWithImagesScript,
            'dray',
            path,
            ...buildRunArgs({ service, containerName, argv }),
          ],
          {
            input: exportLines({ ...values, DRAY_IMAGES: renderNeverPulled(service) }),
            onLine: (line, stream) => {
              if (isComposeNoise(line)) return
              onLine(maskWords(stripControl(line), mask), stream)
            },
            ...(timeoutMs === undefined ? {} : { timeoutMs }),
            ...(signal === undefined ? {} : { signal }),
          },
        ),
      )
      return exitCode
    },

    tryOut: async ({ service, argv, start, names, timeoutMs, signal }) => {
      const mask = await readMask()
      const containerName = `${service}-test-${randomBytes(4).toString('hex')}`
      const hosts = names.map((name) => `${name}:127.0.0.1`)
      const override = JSON.stringify({
        services: { [service]: { pull_policy: 'never', extra_hosts: hosts } },
      })
      const output: string[] = []
      const container = { hasRun: false }
      const onStarted = (): void => void (container.hasRun = true)
      const ended = runGuarded({ runner, containerName, onStarted }, () =>
        runner.run(
          [
            'sh',
            '-c',
            composeWithImagesScript,
            'dray',
            path,
            ...buildTryArgs({ service, containerName, argv, start }),
          ],
          {
            input: exportLines({ ...values, DRAY_IMAGES: override }),
            onLine: (line) => {
              if (!isComposeNoise(line)) output.push(mask(stripControl(line)))
            },
            timeoutMs,
            ...(signal === undefined ? {} : { signal }),
          },
        ),
      )
      const { exitCode } = await ended.catch((error: unknown) => {
        if (error instanceof DrayError && error.code === 'HOST_COMMAND_FAILED')
          return { exitCode: NOT_EXECUTABLE }
        throw error
      })
      return container.hasRun && exitCode < NOT_EXECUTABLE ? { exitCode, output } : undefined
    },
  }
}

/** A shell's exit code for a program that it cannot start; it has 127 for one that is not there. */
const NOT_EXECUTABLE = 126

/** Calls `onStarted` if the container ran, then removes it. */
async function runGuarded<T>(
  {
    runner,
    containerName,
    onStarted,
  }: { runner: AppPlace['runner']; containerName: string; onStarted: (() => void) | undefined },
  run: () => Promise<T>,
): Promise<T> {
  await using _guard = guardContainer(runner, containerName)
  try {
    return await run()
  } finally {
    if (onStarted && (await hasStarted(runner, containerName))) onStarted()
  }
}

/** Whether a container ever ran. If the connection broke, it may have. */
async function hasStarted(runner: AppPlace['runner'], containerName: string): Promise<boolean> {
  const argv = ['docker', 'inspect', '--type=container', '--format={{.State.StartedAt}}', containerName]
  try {
    const { exitCode, stdout } = await runner.run(argv, { mostBytes: SHORT_OUTPUT_BYTES })
    return exitCode === 0 && !stdout.startsWith('0001-')
  } catch {
    return true
  }
}

/** `docker compose up` for some services only: without dependencies, builds or pulls. */
export function buildUpArgs(
  services: readonly { service: string; scale: number }[],
  mode: ComposeMode,
): string[] {
  return [
    'up',
    mode === 'create' ? '--no-start' : '--detach',
    '--no-deps',
    '--no-build',
    '--pull=never',
    ...(mode === 'beside' ? ['--no-recreate'] : []),
    ...(mode === 'force-recreate' ? ['--force-recreate'] : []),
    ...services.map(({ service, scale }) => `--scale=${service}=${scale}`),
    '--',
    ...services.map(({ service }) => service),
  ]
}

/** `docker compose run` for a stand-in, which stays until it is removed. */
export function buildStandInArgs({
  service,
  containerName,
  labels = {},
}: {
  service: string
  containerName: string
  labels?: Readonly<Record<string, string>>
}): string[] {
  return [
    'run',
    '--detach',
    '--no-deps',
    '--no-TTY',
    '--interactive=false',
    '--use-aliases',
    '--label',
    `${standInLabel}=${service}`,
    ...Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
    '--name',
    containerName,
    service,
  ]
}

/** An override file with which `docker compose run` pulls nothing; `--pull` is not known to Compose 2.20. */
function renderNeverPulled(service: string): string {
  return JSON.stringify({ services: { [service]: { pull_policy: 'never' } } })
}

/** An override file that adds aliases to a service on its networks, and pulls nothing. JSON is YAML. */
function renderAliases(
  service: string,
  { aliases, networks }: { aliases: readonly string[]; networks: readonly string[] },
): string {
  const added = aliases.length === 0 ? [] : networks.map((network) => [network, { aliases }])
  return JSON.stringify({
    services: {
      [service]: {
        pull_policy: 'never',
        ...(added.length > 0 && { networks: Object.fromEntries(added) as unknown }),
      },
    },
  })
}

/** `docker compose run` in a one-off container. It stays until its guard removes it, so that its state can be read. */
export function buildRunArgs({
  service,
  containerName,
  argv,
}: {
  service: string
  containerName: string
  argv: readonly string[]
}): string[] {
  return ['run', '--no-deps', '--no-TTY', ...UNSEEN, '--name', containerName, service, ...argv]
}

/**
 * The same for a user: on the user's streams, with `terminal` on a terminal. Compose itself prints nothing, and pulls nothing: it
 * has no login on the server.
 */
export function buildOneOffArgs(request: {
  service: string
  containerName: string
  argv: readonly string[]
  terminal: boolean
  options: InContainerOptions
}): string[] {
  const { service, containerName, argv, terminal, options } = request
  return [
    'sh',
    '-c',
    attachedComposeScript,
    'dray',
    renderNeverPulled(service),
    '--progress=quiet',
    'run',
    '--rm',
    '--no-deps',
    ...(terminal ? [] : ['--no-TTY']),
    ...inContainerArgs(options),
    '--name',
    containerName,
    service,
    ...argv,
  ]
}

function isComposeNoise(line: string): boolean {
  return /^\s*(?:Container|Network|Volume)\s+\S+\s+(?:Creat|Start|Runn)\w*\s*$/.test(line)
}
