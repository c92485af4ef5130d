import { basename } from 'node:path'

/**
 * `.env` and similar files belong to the server and are never shipped, even if configured. An example file is not secret.
 */
export function isEnvFile(path: string): boolean {
  const name = basename(path)
  return name === '.env' || (name.startsWith('.env.') && !/\.(example|sample|template|dist)$/.test(name))
}

/**
 * Whether a path is valid for a file of a bundle: below the app's directory, not an env file, not one of dray's own
 * files, and on one line, since shells read lists of paths.
 */
export function isBundlePath(path: string): boolean {
  const names = path.split('/')
  if (names[0] === '.dray' || isEnvFile(path) || /[\n\r\0]/.test(path)) return false
  return names.every((name) => name !== '' && name !== '.' && name !== '..')
}
