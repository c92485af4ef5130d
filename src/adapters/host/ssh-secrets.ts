import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DrayError } from '../../errors/dray-error.ts'
import { makePrivateDirectory } from './private-directory.ts'

export type SshSecrets = {
  /** A private key without a passphrase, as its file says it. */
  key: string | undefined
  /** Lines of known_hosts(5). */
  knownHosts: string | undefined
}

/** A configuration of ssh that is there for a while. */
export type SshConfigFile = AsyncDisposable & { path: string }

/**
 * Puts a key and known hosts that came as text into files that only this user can read, in a directory as
 * `makePrivateDirectory` makes it below `runnerTemp`, with a configuration that names them and then reads the user's own.
 * Disposing of it removes them all.
 * Throws SSH_SECRET_INVALID for one that is given empty or is not what it should be.
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
    // Of each setting, ssh takes the first that it reads.
    const text = `${lines.join('\n')}\nInclude ~/.ssh/config\n`
    return {
      path: await write('config', text),
      [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
    }
  } catch (error) {
    await directory[Symbol.asyncDispose]()
    throw error
  }
}

/** Secret stores lose the last line break and change others; ssh takes neither. */
function readKey(text: string): string {
  const key = `${text.replaceAll('\r\n', '\n').trim()}\n`
  if (/^-----BEGIN [A-Z ]*PRIVATE KEY-----\n[\s\S]+\n-----END [A-Z ]*PRIVATE KEY-----\n$/.test(key))
    return key
  throw invalid(text, {
    name: 'DRAY_SSH_KEY',
    what: 'a private key',
    hint: 'It begins with `-----BEGIN OPENSSH PRIVATE KEY-----`: the whole file that `ssh-keygen` wrote, not the one in `.pub`.',
  })
}

function readKnownHosts(text: string): string {
  const lines = `${text.replaceAll('\r\n', '\n').trim()}\n`
  if (/^(?!#)(?:@\S+ )?\S+ [a-z][\w@.-]+ [A-Za-z0-9+/=]{20,}/m.test(lines)) return lines
  throw invalid(text, {
    name: 'DRAY_SSH_KNOWN_HOSTS',
    what: 'lines of known_hosts',
    hint: 'It is what `ssh-keyscan SERVER` prints, once you have compared it with the server.',
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
