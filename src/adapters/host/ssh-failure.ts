import { DrayError } from '../../errors/dray-error.ts'
import type { ErrorCode } from '../../errors/catalogue.ts'
import { stripControl } from '../../shared/strip-control.ts'
import { parseHostAddress } from './host-address.ts'
import { isInPrivateDirectory } from './private-directory.ts'

type Sign = {
  code: ErrorCode
  says: RegExp
  message: (host: string, known: string) => string
  temporary?: boolean
}

// OpenSSH has one exit code, 255, for all of these, so its text decides. Recorded in the tests' fixtures.
const signs: readonly Sign[] = [
  {
    code: 'HOST_KEY_CHANGED',
    says: /REMOTE HOST IDENTIFICATION HAS CHANGED|host key for .* has changed and you have requested strict|REVOKED HOST KEY/i,
    message: (host, known) => `The host key of ${host} differs from the one in ${known}.`,
  },
  {
    code: 'HOST_KEY_UNKNOWN',
    says: /Host key verification failed|No \S+ host key is known for/i,
    message: (host, known) =>
      `The host key of ${host} is not in ${known}, and a deploy does not prompt for it.`,
  },
  {
    code: 'HOST_AUTH_FAILED',
    says: /Permission denied \(|Too many authentication failures|No more authentication methods/i,
    message: (host) => `${host} rejected all SSH keys that were offered.`,
  },
]

/** What is known of the connection besides: where its host keys come from, and keys that were not offered. */
export type SshFacts = { hasKnownHosts: boolean; lockedKeys: readonly string[] }

/** Converts OpenSSH's text about a failed or broken connection to `host` to one of the HOST_… codes. */
export function readSshFailure(
  stderr: string,
  host: string,
  facts: SshFacts = { hasKnownHosts: false, lockedKeys: [] },
): DrayError {
  const lines = stripControl(stderr)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !(facts.hasKnownHosts && NAMES_KNOWN_HOSTS.test(line)))
  const details = { logTail: lines.slice(-8), logOf: 'ssh' }
  const sign = signs.find(({ says }) => says.test(stderr))
  if (sign) {
    const hint = changedKeyHint(stderr, host) ?? hintFor(sign.code, host, facts)
    const message = sign.message(host, facts.hasKnownHosts ? 'DRAY_SSH_KNOWN_HOSTS' : 'known_hosts')
    return new DrayError(sign.code, `${message}${describeLocked(sign.code, facts)}`, { details, hint })
  }

  const reason = lines.at(-1)
  return new DrayError(
    'HOST_UNREACHABLE',
    reason === undefined
      ? `${host} does not answer over SSH.`
      : `${host} does not answer over SSH: ${reason}`,
    { details, hint: hintFor('HOST_UNREACHABLE', host, facts), temporary: true },
  )
}

/** The hint for a host key that changed: where the old one is, OpenSSH says. */
function changedKeyHint(stderr: string, host: string): string | undefined {
  const file = /^Offending .* key in (.+):\d+\s*$/m.exec(stripControl(stderr))?.[1]
  if (file === undefined) return undefined
  const { destination, port } = parseHostAddress(host)
  const name = destination.replace(/^.*@/, '')
  if (isInPrivateDirectory(file)) {
    const scan = `ssh-keyscan ${port === undefined ? '' : `-p ${port} `}${name}`
    return `If the server was reinstalled, put its new line into DRAY_SSH_KNOWN_HOSTS: compare the output of \`${scan}\` with the server's own key. If not, the connection may be intercepted.`
  }
  const known = port === undefined ? name : `'[${name}]:${port}'`
  const option = file.endsWith('/.ssh/known_hosts') ? '' : `-f ${file} `
  return `If the server was reinstalled, run \`ssh-keygen ${option}-R ${known}\`. If not, the connection may be intercepted.`
}

/** OpenSSH's advice about a file that dray wrote and removes. */
const NAMES_KNOWN_HOSTS = /known_hosts\b|^remove with:$/

function describeLocked(code: ErrorCode, { lockedKeys }: SshFacts): string {
  if (code !== 'HOST_AUTH_FAILED' || lockedKeys.length === 0) return ''
  const [was, has] = lockedKeys.length === 1 ? ['was', 'it has'] : ['were', 'they have']
  return ` ${lockedKeys.join(', ')} ${was} not offered: ${has} a passphrase, and no agent has the key.`
}

function hintFor(code: ErrorCode, host: string, { hasKnownHosts, lockedKeys }: SshFacts): string | undefined {
  const { destination, port } = parseHostAddress(host)
  if (code === 'HOST_AUTH_FAILED' && lockedKeys[0] !== undefined) {
    return `Load it into an agent: \`ssh-add ${lockedKeys[0]}\` (\`ssh-agent sh\` starts a shell with one). In CI, give a key without a passphrase as DRAY_SSH_KEY.`
  }
  if (code === 'HOST_KEY_UNKNOWN' && hasKnownHosts) {
    const name = destination.replace(/^.*@/, '')
    const scan = `ssh-keyscan ${port === undefined ? '' : `-p ${port} `}${name}`
    return `Add the server's line to DRAY_SSH_KNOWN_HOSTS: compare the output of \`${scan}\` with the server's own key first.`
  }
  const ssh = `ssh ${port === undefined ? '' : `-p ${port} `}${destination} true`
  if (code === 'HOST_KEY_CHANGED') return undefined
  if (code === 'HOST_KEY_UNKNOWN') {
    return `Run \`${ssh}\` once, compare the fingerprint and accept it. In CI, add the server's line to known_hosts.`
  }
  if (code === 'HOST_AUTH_FAILED') {
    return `Add your public key to the \`authorized_keys\` of that user. \`${ssh}\` shows whether it works.`
  }
  return `Check the address, the network and the firewall. \`${ssh}\` shows whether it works.`
}

/**
 * Converts what a login program printed that runs no commands: GATE_REFUSED if it is `dray gate`, by the code that this prints, else
 * HOST_COMMAND_FAILED.
 */
export function readRefusedLogin(printed: string, host: string): DrayError {
  const lines = stripControl(printed).trim().split('\n')
  if (!printed.includes('[GATE_REFUSED]')) {
    return new DrayError('HOST_COMMAND_FAILED', `${host} runs no commands for this user.`, {
      hint: `Run \`ssh ${host} true\` to see why; the user needs a login shell.`,
      details: { logTail: lines, logOf: 'ssh' },
    })
  }
  return new DrayError(
    'GATE_REFUSED',
    `The key that ${host} accepted is one of \`dray gate\`: it may send the requests that the gate names, and read nothing else.`,
    {
      hint: `Give dray another key for ${host}, for example as \`IdentityFile\` in ~/.ssh/config.`,
      details: { logTail: lines.filter((line) => line.trim() !== ''), logOf: 'ssh' },
    },
  )
}

/**
 * Converts the server's refusal of a forwarded connection: HOST_COMMAND_FAILED if its sshd forbids forwarding, else an
 * error as from the operating system, ECONNREFUSED or ECONNRESET.
 */
export function readRefusal(text: string, host: string, destination: string): DrayError | Error {
  if (/administratively prohibited|forwarding is disabled|Port forwarding failed/i.test(text)) {
    return new DrayError('HOST_COMMAND_FAILED', `${host} forbids connections to ${destination} over SSH.`, {
      hint: 'On the server, set `AllowTcpForwarding yes` in sshd_config.',
      details: { logTail: stripControl(text).split('\n').slice(-4), logOf: 'ssh' },
    })
  }
  const reason = /open failed: (?:connect failed: )?(.+)/.exec(stripControl(text))?.[1]?.trim()
  const code = reason === undefined ? 'ECONNRESET' : 'ECONNREFUSED'
  const message = `${destination} on ${host}: ${reason ?? 'the connection ended without an answer'}`
  return Object.assign(new Error(message), { code })
}
