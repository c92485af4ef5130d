import type { HostAddress } from './host-address.ts'

export type SshTarget = {
  address: HostAddress
  /** Socket over which commands share the one connection. */
  controlPath: string
  /** Instead of `~/.ssh/config`. */
  configFile?: string
}

// What the deploy needs, whatever ~/.ssh/config says. Everything else is the user's: keys, agents, jump hosts, host key checks.
const common = {
  BatchMode: 'yes',
  ConnectTimeout: '10',
  ServerAliveInterval: '3',
  ServerAliveCountMax: '3',
  ControlPersist: 'no',
  // Forwards of the user's own would be asked for again at every deploy, and fail where the port is taken.
  ClearAllForwardings: 'yes',
  PermitLocalCommand: 'no',
  RemoteCommand: 'none',
  RequestTTY: 'no',
  EscapeChar: 'none',
}

/** Arguments of the `ssh` that makes the connection and holds it. Its notices of refused channels are INFO. */
export function buildMasterArgs(target: SshTarget, command: string): string[] {
  const options = { ...common, LogLevel: 'INFO', ControlMaster: 'yes', ControlPath: target.controlPath }
  return [...configArgs(target), ...optionArgs(options), ...destinationArgs(target), command]
}

/** Arguments of an `ssh` that runs one command over the connection there is; with `terminal` on a terminal over there. */
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

/**
 * Arguments of an `ssh -O` that asks the connection for something. No configuration is read: forwards in it would be
 * asked for as well.
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

function configArgs(target: SshTarget): string[] {
  return target.configFile === undefined ? [] : ['-F', target.configFile]
}

function optionArgs(options: Readonly<Record<string, string>>): string[] {
  return Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])
}

function destinationArgs({ address }: SshTarget): string[] {
  const port = address.port === undefined ? [] : ['-p', String(address.port)]
  return [...port, '--', address.destination]
}
