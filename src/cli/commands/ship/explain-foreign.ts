import { existsSync } from 'node:fs'
import path from 'node:path'
import { parseHostAddress } from '../../../adapters/host/host-address.ts'
import { quoteArgument } from '../../../adapters/host/remote-command.ts'
import { localHost } from '../../../config/deploy-config.ts'
import type { Failure } from '../../../deploy/model/events.ts'
import type { EnvironmentInput } from '../../command/load-environment.ts'

/**
 * FILE_NOT_OURS with the command that shows the file on the server, or its difference from the app's. dray does not print the
 * content: nothing is known of it, and it may have passwords. Any other failure stays as it is.
 */
export function explainForeign(
  failure: Failure,
  { config }: Pick<EnvironmentInput, 'config'>,
  cwd: string,
): Failure {
  const [file] = failure.details.problems ?? []
  if (failure.code !== 'FILE_NOT_OURS' || file === undefined) return failure
  const { hosts, path: directory } = config.environment
  const host = hosts.find((it) => failure.message.startsWith(`${it} `)) ?? hosts[0]
  const there = quoteArgument(`${directory}/${file}`)
  const own = path.join(config.projectDirectory, file)
  const here = existsSync(own) ? quoteArgument(path.relative(cwd, own)) : undefined
  const shown = showFile(host, there)
  const command = here === undefined ? shown : `${shown} | diff - ${here}`
  return {
    ...failure,
    hint: `\`${command}\` shows ${here === undefined ? 'the file' : 'what differs'}. ${failure.hint}`,
  }
}

function showFile(host: string, file: string): string {
  if (host === localHost) return `cat ${file}`
  const { destination, port } = parseHostAddress(host)
  // The server's shell reads the path once more.
  return `ssh ${port === undefined ? '' : `-p ${port} `}${destination} cat ${quoteArgument(file)}`
}
