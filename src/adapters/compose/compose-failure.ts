import { DrayError } from '../../errors/dray-error.ts'

const OLDEST: readonly [number, number] = [2, 20]

/** Throws COMPOSE_NOT_INSTALLED or COMPOSE_TOO_OLD. `version` is what `docker compose version --short` printed. */
export const checkComposeVersion = (version: string, host: string): void => {
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

/** Compose refused the files, in its own words; paths of the copy it read are shown as the user's. */
export const composeRefusal = (
  stderr: string,
  { host, stage }: { host: string; stage: string },
): DrayError => {
  const lines = stderr
    .replaceAll(`${stage}/`, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/level=warning/.test(line))
  return new DrayError(
    'COMPOSE_INVALID',
    `Docker Compose on ${host} refuses the compose file: ${lines.at(-1) ?? ''}`,
    {
      details: { logOf: 'docker compose config', logTail: lines.slice(-10) },
    },
  )
}

/**
 * Why `docker compose up` or `run` failed, from what it printed: PORT_TAKEN, DISK_FULL, or DOCKER_FAILED. The texts are
 * Docker Engine's (20.10 to 28.5); Compose gives no code for them.
 */
export const composeFailure = (what: string, stderr: string): DrayError => {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !isProgress(line))
  const details = { logOf: `docker compose ${what}`, logTail: lines.slice(-10) }
  const text = lines.join('\n')
  const port =
    /(?:Bind for|listen tcp\d?|exposing port TCP) [^ ]*?:(\d+)[^\n]*(?:already allocated|already in use)/.exec(
      text,
    )
  if (port !== null || /port is already allocated|address already in use/.test(text)) {
    const subject = port === null ? 'A port that the app publishes' : `Port ${port[1] ?? ''}`
    return new DrayError('PORT_TAKEN', `${subject} is already used by something else on the server.`, {
      details,
      ...(port === null
        ? {}
        : { hint: `On the server: \`sudo ss -ltnp 'sport = :${port[1] ?? ''}'\` shows what it is.` }),
    })
  }
  if (/no space left on device/.test(text)) {
    return new DrayError('DISK_FULL', 'The disk of the server is full.', { details })
  }
  return new DrayError(
    'DOCKER_FAILED',
    `\`docker compose ${what}\` failed: ${lines.at(-1) ?? 'it said nothing.'}`,
    {
      details,
    },
  )
}

/** ` Container shop-backend-2  Creating`, ` Network shop_default  Created`. */
const isProgress = (line: string): boolean =>
  /^(?:Container|Network|Volume|Image)\s+\S+\s+(?:Creat|Start|Stopp|Remov|Recreat|Runn|Wait|Exit|Health|Pull)\w*$/.test(
    line,
  )
