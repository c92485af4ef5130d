import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { withTimeout } from '../../shared/with-timeout.ts'
import { startChild } from './child.ts'
import { collectOutput } from './collect-output.ts'
import { hasPassphrase } from './ssh-secrets.ts'
import { buildConfigArgs, type SshTarget } from './ssh-options.ts'

const LIMIT_MS = 3000

/**
 * The private keys that ssh would use for this host and that it did not offer: they have a passphrase, and no agent has them.
 * Empty if that cannot be determined. Never throws.
 */
export async function findLockedKeys(target: SshTarget): Promise<string[]> {
  const settings = await outputOf('ssh', buildConfigArgs(target))
  if (settings?.exitCode !== 0) return []
  // Another agent, such as that of a password manager, cannot be asked with `ssh-add`.
  if (/^identityagent (?!SSH_AUTH_SOCK$)/m.test(settings.stdout)) return []
  const paths = [...settings.stdout.matchAll(/^identityfile (.+)$/gm)].map(([, path = '']) =>
    path.replace(/^~(?=\/)/, homedir()),
  )
  const agent = await outputOf('ssh-add', ['-l'])
  const loaded = agent?.exitCode === 0 ? agent.stdout : ''
  const locked = await Promise.all(
    paths.map(async (path) => {
      const text = await readFile(path, 'utf8').catch(() => '')
      if (!text.includes('PRIVATE KEY') || !hasPassphrase(text)) return []
      const fingerprint = /SHA256:\S+/.exec((await outputOf('ssh-keygen', ['-lf', path]))?.stdout ?? '')?.[0]
      return fingerprint !== undefined && loaded.includes(fingerprint) ? [] : [path]
    }),
  )
  return locked.flat()
}

async function outputOf(program: string, args: readonly string[]) {
  const child = startChild(program, args)
  child.process.stdin.end()
  const output = collectOutput(child, { title: program }).catch(() => undefined)
  const ended = await withTimeout(output, LIMIT_MS, undefined)
  if (ended === undefined) child.end()
  return ended
}
