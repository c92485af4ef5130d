import { parseJson } from '../../shared/parse-json.ts'
import type { SetupObservation } from './setup-observation.ts'
import type { SetupAction } from './setup-plan.ts'

/** 50 MB for each container. Values are texts: the Engine takes no numbers here. */
const LIMITS = { 'max-size': '10m', 'max-file': '5' }

/** What came of a look at daemon.json: an action, a sentence for a person, or nothing to do. */
export type LogLimits = { action: SetupAction } | { remaining: string } | undefined

/**
 * A limit for the logs of containers in the Engine's configuration, which stays as it is otherwise. Another log driver than
 * Docker's `json-file` is somebody's choice, and is left alone.
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
      remaining: `/etc/docker/daemon.json on ${host} is no JSON object: mend it, since Docker does not start with it.`,
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
      cause: 'nothing limits the logs of containers',
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
