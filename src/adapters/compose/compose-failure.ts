import { posix } from 'node:path'
import { DrayError } from '../../errors/dray-error.ts'
import type { Redactor } from '../../shared/secrets/redact.ts'
import { stripControl } from '../../shared/strip-control.ts'

const OLDEST: readonly [number, number] = [2, 20]

/** Throws COMPOSE_NOT_INSTALLED or COMPOSE_TOO_OLD. `version` is the output of `docker compose version --short`. */
export function checkComposeVersion(version: string, host: string): void {
  const match = /^v?(\d+)\.(\d+)/.exec(version.trim())
  if (match === null) {
    throw new DrayError('COMPOSE_NOT_INSTALLED', `\`docker compose\` does not work on ${host}.`)
  }
  const [major, minor] = [Number(match[1]), Number(match[2])]
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return
  throw new DrayError(
    'COMPOSE_TOO_OLD',
    `${host} has Docker Compose ${version.trim()}; dray needs 2.20 or newer.`,
  )
}

/** Compose rejected the files, with its own text, in which `mask` hides values; paths of the copy are shown as the user's relative paths. */
export function composeRefusal(
  stderr: string,
  { host, path, stage, mask }: { host: string; path: string; stage: string; mask: Redactor },
): DrayError {
  const lines = mask(stripControl(stderr))
    .replaceAll(`${stage}/`, '')
    .replaceAll(`${posix.dirname(stage)}/`, '../')
    .replaceAll(stage, path)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/level=warning/.test(line))
  return new DrayError(
    'COMPOSE_INVALID',
    `Docker Compose on ${host} rejected the compose file: ${lines.at(-1) ?? 'no reason given.'}`,
    { details: lines.length > 1 ? { logOf: 'docker compose config', logTail: lines.slice(-10) } : {} },
  )
}

/**
 * Why `docker compose up` or `run` failed on a host, from its output: PORT_TAKEN, DISK_FULL, IMAGE_GONE, or
 * DOCKER_FAILED. `mask` hides values that Compose quotes. The texts are those of Docker Engine 20.10 to 28.5; Compose has no codes for them.
 */
export function composeFailure(
  what: string,
  stderr: string,
  { host, mask }: { host: string; mask: Redactor },
): DrayError {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !isProgress(line))
  const details = { logOf: `docker compose ${what}`, logTail: lines.slice(-10).map(mask) }
  const taken = lines.find((line) => /port is already allocated|address already in use/.test(line))
  if (taken !== undefined) {
    const port = portIn(taken)
    const subject = port === undefined ? 'A port that the app publishes' : `Port ${port}`
    const ss = port === undefined ? 'sudo ss -ltnp' : `sudo ss -ltnp 'sport = :${port}'`
    return new DrayError('PORT_TAKEN', `${subject} is already in use by another process on ${host}.`, {
      details,
      hint: `On the server, \`${ss}\` shows the process, or \`docker ps\` the container.`,
    })
  }
  if (lines.some((line) => line.includes('no space left on device'))) {
    return new DrayError('DISK_FULL', `The disk of ${host} is full.`, { details })
  }
  const gone = lines.map((line) => /No such image: (\S+)/.exec(line)?.[1]).find((name) => name !== undefined)
  if (gone !== undefined) return new DrayError('IMAGE_GONE', `${gone} is no longer on ${host}.`, { details })
  const said = mask(lines.at(-1) ?? 'no output.')
  return new DrayError('DOCKER_FAILED', `\`docker compose ${what}\` on ${host} failed: ${said}`, { details })
}

/** The host port in use; Engine versions word this differently. */
function portIn(line: string): string | undefined {
  return [
    /Bind for \S*?:(\d+) failed/,
    /bind host port (?:for )?(?:\[[^\]]*\]|[^\s:]*):(\d+)/,
    /exposing port \S+ \S*?:(\d+) ->/,
    /listen \w+ (?:\[[^\]]*\]|[^\s:]*):(\d+): bind/,
  ]
    .map((pattern) => pattern.exec(line)?.[1])
    .find((port) => port !== undefined)
}

/** ` Container shop-backend-2  Creating`, ` Network shop_default  Created`. */
function isProgress(line: string): boolean {
  return /^(?:Container|Network|Volume|Image)\s+\S+\s+(?:Creat|Start|Stopp|Remov|Recreat|Runn|Wait|Exit|Health|Pull)\w*$/.test(
    line,
  )
}
