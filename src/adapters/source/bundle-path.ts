import { basename } from 'node:path'

/** `.env` and its kin are the server's: never shipped, whatever the configuration says. An example of one is no secret. */
export function isEnvFile(path: string): boolean {
  const name = basename(path)
  return name === '.env' || (name.startsWith('.env.') && !/\.(example|sample|template|dist)$/.test(name))
}

/**
 * Whether a path is one that a file of a bundle can have in the app's directory: below it, not an env file, not among dray's
 * own files, and on one line, as lists of paths are read by shells.
 */
export function isBundlePath(path: string): boolean {
  const names = path.split('/')
  if (names[0] === '.dray' || isEnvFile(path) || /[\n\r\0]/.test(path)) return false
  return names.every((name) => name !== '' && name !== '.' && name !== '..')
}
