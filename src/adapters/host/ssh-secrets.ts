import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DrayError } from '../../errors/dray-error.ts'
import { makePrivateDirectory } from './private-directory.ts'

export type SshSecrets = {
  /** A private key without a passphrase, as in its file. */
  key: string | undefined
  /** Lines of known_hosts(5). */
  knownHosts: string | undefined
}

/** A temporary ssh configuration. */
export type SshConfigFile = AsyncDisposable & { path: string; hasKnownHosts: boolean }

/**
 * Writes a key and known hosts that were given as text to files that only this user can read, in a directory made by
 * `makePrivateDirectory` below `runnerTemp`, with a configuration that refers to them and then includes the user's own.
 * Disposing of it removes them all.
 * Throws SSH_SECRET_INVALID for an empty or malformed one.
 */
export async function writeSshSecrets(secrets: SshSecrets, runnerTemp?: string): Promise<SshConfigFile> {
  const key = secrets.key === undefined ? undefined : readKey(secrets.key)
  const knownHosts = secrets.knownHosts === undefined ? undefined : readKnownHosts(secrets.knownHosts)
  const directory = await makePrivateDirectory('ssh', runnerTemp)
  const write = async (name: string, text: string): Promise<string> => {
    const path = join(directory.path, name)
    await writeFile(path, text, { mode: 0o600 })
    return path
  }
  try {
    const lines = []
    if (key !== undefined) {
      lines.push(`IdentityFile "${await write('key', key)}"`, 'IdentitiesOnly yes', 'IdentityAgent none')
    }
    if (knownHosts !== undefined) {
      lines.push(`UserKnownHostsFile "${await write('known_hosts', knownHosts)}"`)
      lines.push('GlobalKnownHostsFile none', 'StrictHostKeyChecking yes', 'UpdateHostKeys no')
    }
    // ssh uses the first value of each setting.
    const text = `${lines.join('\n')}\nInclude ~/.ssh/config\n`
    return {
      path: await write('config', text),
      hasKnownHosts: knownHosts !== undefined,
      [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
    }
  } catch (error) {
    await directory[Symbol.asyncDispose]()
    throw error
  }
}

/** Secret stores drop the last line break and convert others; ssh accepts neither. */
function readKey(text: string): string {
  const key = `${text.replaceAll('\r\n', '\n').trim()}\n`
  if (/^-----BEGIN [A-Z ]*PRIVATE KEY-----\n[\s\S]+\n-----END [A-Z ]*PRIVATE KEY-----\n$/.test(key)) {
    if (!hasPassphrase(key)) return key
    throw new DrayError('SSH_SECRET_INVALID', 'DRAY_SSH_KEY has a passphrase, which a deploy cannot type.', {
      hint: "Make a key for deploys without one: `ssh-keygen -t ed25519 -N '' -f deploy-key`, and add deploy-key.pub to the `authorized_keys` of the server.",
    })
  }
  throw invalid(text, {
    name: 'DRAY_SSH_KEY',
    what: 'a private key',
    hint: 'A key begins with `-----BEGIN OPENSSH PRIVATE KEY-----`: use the whole file that `ssh-keygen` wrote, not the `.pub` file.',
  })
}

/** Whether a private key, the text of its file, has one. The formats of OpenSSH, which names the cipher (PROTOCOL.key of its sources), PKCS#8 and PEM. */
export function hasPassphrase(key: string): boolean {
  if (/^-----BEGIN ENCRYPTED|^Proc-Type: 4,ENCRYPTED/m.test(key)) return true
  const bytes = Buffer.from(key.replaceAll(/^-.*$/gm, ''), 'base64')
  const magic = 'openssh-key-v1\0'
  if (bytes.subarray(0, magic.length).toString('latin1') !== magic) return false
  const cipher = bytes.subarray(magic.length + 4, magic.length + 8).toString('latin1')
  return cipher !== 'none'
}

function readKnownHosts(text: string): string {
  const lines = `${text.replaceAll('\r\n', '\n').trim()}\n`
  if (/^(?!#)(?:@\S+ )?\S+ [a-z][\w@.-]+ [A-Za-z0-9+/=]{20,}/m.test(lines)) return lines
  throw invalid(text, {
    name: 'DRAY_SSH_KNOWN_HOSTS',
    what: 'lines of known_hosts',
    hint: 'Use the output of `ssh-keyscan SERVER`, after comparing it with the server.',
  })
}

function invalid(
  text: string,
  { name, what, hint }: { name: string; what: string; hint: string },
): DrayError {
  const isEmpty = text.trim() === ''
  return new DrayError('SSH_SECRET_INVALID', `${name} is ${isEmpty ? 'set but empty' : `not ${what}`}.`, {
    hint: isEmpty ? `${hint} In Actions, a secret that does not exist is empty.` : hint,
  })
}
