import { isEnvFile } from '../../shared/private-file.ts'

/**
 * Whether a path is valid for a file of a bundle: below the app's directory, not an env file, not one of dray's own
 * files, and on one line, since shells read lists of paths.
 */
export function isBundlePath(path: string): boolean {
  const names = path.split('/')
  if (isEnvFile(path) || /[\n\r\0]/.test(path)) return false
  if (names[0] === '.dray' || names.includes('.git')) return false
  return names.every((name) => name !== '' && name !== '.' && name !== '..')
}
