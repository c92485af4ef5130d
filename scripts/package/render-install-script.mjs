import { readFileSync } from 'node:fs'

const source = new URL('../../packaging/install.sh', import.meta.url)

/**
 * packaging/install.sh for a repository on GitHub and the keys that sign its releases.
 *
 * @param {{ repository: string, signers: string }} release `signers` as in ssh-keygen's file of allowed signers
 * @throws a sentence if a value would end the quotes that it is in
 */
export function renderInstallScript({ repository, signers }) {
  for (const value of [repository, signers])
    if (/['\\]/.test(value)) throw new Error(`The value ${value} has a quote or a backslash.`)
  return readFileSync(source, 'utf8')
    .replaceAll('@RELEASES@', () => `https://github.com/${repository}/releases`)
    .replaceAll('@SIGNERS@', () => signers.trim())
}
