import { parseJson } from '../../shared/parse-json.ts'
import type { SetupObservation } from './setup-observation.ts'
import type { SetupAction } from './setup-plan.ts'

/** 50 MB per container. Values are strings: the Engine does not accept numbers here. */
const LIMITS = { 'max-size': '10m', 'max-file': '5' }

/** The result of checking daemon.json: an action, a sentence for the user, or nothing. */
export type LogLimits = { action: SetupAction } | { remaining: string } | undefined

/**
 * Adds a size limit for container logs to the Engine's configuration and leaves the rest unchanged. A log driver other than
 * Docker's `json-file` was chosen deliberately and is not changed.
 * https://docs.docker.com/engine/logging/drivers/json-file/
 */
export function limitLogs({
  host,
  daemonConfig,
}: Pick<SetupObservation, 'host' | 'daemonConfig'>): LogLimits {
  const isNew = daemonConfig === undefined || daemonConfig.trim() === ''
  const config = isNew ? {} : parseObject(daemonConfig)
  if (config === undefined) {
    return {
      remaining: `/etc/docker/daemon.json on ${host} is not a JSON object. Correct it: Docker does not start with it.`,
    }
  }
  const { 'log-driver': driver = 'json-file', 'log-opts': options = {} } = config
  if (driver !== 'json-file' || !isObject(options) || 'max-size' in options) return undefined
  const text = JSON.stringify(
    { ...config, 'log-driver': driver, 'log-opts': { ...LIMITS, ...options } },
    null,
    2,
  )
  return {
    action: {
      kind: 'write-daemon-config',
      text: `${text}\n`,
      isNew,
      cause: 'container logs have no size limit',
    },
  }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  const value = parseJson(text)
  return isObject(value) ? value : undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
