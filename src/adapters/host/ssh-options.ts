import type { HostAddress } from './host-address.ts'

export type SshTarget = {
  address: HostAddress
  /** Socket through which commands share the one connection. */
  controlPath: string
  /** Replaces `~/.ssh/config`. */
  configFile?: string
  /** The known hosts come from DRAY_SSH_KNOWN_HOSTS. */
  hasKnownHosts?: boolean
}

// Required by a deploy and set regardless of ~/.ssh/config. The rest is the user's: keys, agents, jump hosts, host key checks.
const common = {
  BatchMode: 'yes',
  ConnectTimeout: '10',
  ServerAliveInterval: '3',
  ServerAliveCountMax: '3',
  ControlPersist: 'no',
  // The user's own forwards would be requested again at every deploy, and fail if the port is in use.
  ClearAllForwardings: 'yes',
  PermitLocalCommand: 'no',
  RemoteCommand: 'none',
  RequestTTY: 'no',
  EscapeChar: 'none',
}

/** Arguments of the `ssh` that opens and holds the connection. Its messages about refused channels have level INFO. */
export function buildMasterArgs(target: SshTarget, command: string): string[] {
  const options = { ...common, LogLevel: 'INFO', ControlMaster: 'yes', ControlPath: target.controlPath }
  return [...configArgs(target), ...optionArgs(options), ...destinationArgs(target), command]
}

/** Arguments of an `ssh` that runs one command over the open connection; with `terminal` on a remote terminal. */
export function buildCommandArgs(
  target: SshTarget,
  command: string,
  { terminal = false }: { terminal?: boolean } = {},
): string[] {
  const options = {
    ...common,
    RequestTTY: terminal ? 'yes' : 'no',
    LogLevel: 'ERROR',
    ControlMaster: 'no',
    ControlPath: target.controlPath,
  }
  return [...configArgs(target), ...optionArgs(options), ...destinationArgs(target), command]
}

/** Arguments of an `ssh` that sends one request on a connection of its own. */
export function buildRequestArgs(target: Omit<SshTarget, 'controlPath'>, request: string): string[] {
  const options = { ...common, LogLevel: 'ERROR', ControlMaster: 'no', ControlPath: 'none' }
  return [...configArgs(target), ...optionArgs(options), ...destinationArgs(target), request]
}

/**
 * Arguments of an `ssh -O` that sends a request to the connection. No configuration is read, since its forwards would be
 * requested, too.
 */
export function buildControlArgs(target: SshTarget, request: readonly string[]): string[] {
  return [
    '-F',
    'none',
    ...optionArgs({ ControlPath: target.controlPath }),
    '-O',
    ...request,
    '--',
    target.address.destination,
  ]
}

/** Arguments of an `ssh -G`, which prints the settings for the host and connects to nothing. */
export function buildConfigArgs(target: SshTarget): string[] {
  return [...configArgs(target), '-G', ...destinationArgs(target)]
}

function configArgs(target: Omit<SshTarget, 'controlPath'>): string[] {
  return target.configFile === undefined ? [] : ['-F', target.configFile]
}

function optionArgs(options: Readonly<Record<string, string>>): string[] {
  return Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])
}

function destinationArgs({ address }: Pick<SshTarget, 'address'>): string[] {
  const port = address.port === undefined ? [] : ['-p', String(address.port)]
  return [...port, '--', address.destination]
}
