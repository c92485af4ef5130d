import { basename } from 'node:path'

/**
 * `.env` and similar files (`.env.production`, `.env-prod`, `.envrc`, in any case) belong to the server and are never
 * shipped, even if configured. An example file is not secret.
 */
export function isEnvFile(path: string): boolean {
  const name = basename(path).toLowerCase()
  return /^\.env(?:rc|[._~-].*)?$/.test(name) && !/[._-](?:example|sample|template|dist)$/.test(name)
}

/**
 * Whether a path is never shipped, even if configured: an env file under any name (`prod.env`), a file with logins of this
 * machine (`.npmrc`, `.docker/config.json`), and what is below `.git` or `.dray`.
 */
export function isPrivatePath(path: string): boolean {
  const names = path.toLowerCase().split('/')
  const name = names.at(-1) ?? ''
  return (
    isEnvFile(path) ||
    (name.endsWith('.env') && !/(?:^|[._-])(?:example|sample|template|dist)[._-]/.test(name)) ||
    ['.npmrc', '.netrc', '.pypirc', '.git-credentials', '.dockercfg'].includes(name) ||
    (name === 'config.json' && names.at(-2) === '.docker') ||
    names.some((it) => ['.git', '.dray', '.ssh'].includes(it))
  )
}

/** Whether a file is a private key, in any of the formats of OpenSSL and OpenSSH. */
export function isPrivateKey(content: Uint8Array): boolean {
  return /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/.test(Buffer.from(content).toString('latin1'))
}

/** Why nothing of that kind is shipped, for messages. */
export const whyPrivate = 'env files, logins of tools and what is below .git are never shipped'
