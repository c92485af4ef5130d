import { DrayError } from '../../errors/dray-error.ts'

/** An address in the form of OpenSSH's command line. */
export type HostAddress = {
  /** `host`, `user@host`, or an alias of `~/.ssh/config`. */
  destination: string
  port?: number
}

/**
 * Parses a host as written by users: an alias, `user@host`, `user@host:port`, `ssh://user@host:port`, with an IPv6
 * address in brackets before a port. Throws CONFIG_INVALID. Text that starts with `-` is refused: ssh would read it as an
 * option, and some of its options run commands.
 */
export function parseHostAddress(text: string): HostAddress {
  const isUrl = /^ssh:\/\//i.test(text)
  const bare = isUrl ? text.slice('ssh://'.length).replace(/\/$/, '') : text
  const at = bare.lastIndexOf('@')
  const user = at === -1 ? undefined : bare.slice(0, at)
  const { host, port } = splitPort(bare.slice(at + 1))

  const valid = isHost(host) && (user === undefined || isUser(user)) && isPort(port)
  if (!valid) {
    throw new DrayError('CONFIG_INVALID', `\`${text}\` is not a host name.`, {
      hint: 'Write `user@host`, `user@host:port`, `ssh://user@host:port`, or an alias of your ~/.ssh/config.',
    })
  }
  return {
    destination: user === undefined ? host : `${user}@${host}`,
    port: port === undefined ? undefined : Number(port),
  }
}

function splitPort(text: string): { host: string; port?: string } {
  const bracketed = /^\[([^\]]+)\](?::(.*))?$/.exec(text)
  if (bracketed) return { host: bracketed[1] ?? '', port: bracketed[2] }
  // More than one colon: an IPv6 address without brackets, which cannot have a port.
  const parts = text.split(':')
  return parts.length === 2 ? { host: parts[0] ?? '', port: parts[1] } : { host: text }
}

function isHost(text: string): boolean {
  return /^[A-Za-z0-9_:.%][A-Za-z0-9_:.%-]*$/.test(text)
}

function isUser(text: string): boolean {
  return /^[^\s'"`;|&<>$(){}\\-][^\s'"`;|&<>$(){}\\]*$/.test(text)
}

function isPort(text: string | undefined): boolean {
  return text === undefined || (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535)
}
