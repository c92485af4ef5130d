import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { projectDirectory } from './images/cache.ts'

const unpacked = join(projectDirectory, '.cache/shells')
const root = join(unpacked, 'root')

/** How to start an interactive shell that knows nothing of this machine's settings; zsh and fish are those in .cache. */
export type StartableShell = { argv: readonly string[]; env: Record<string, string> }

/** bash of this machine, with `$ ` as its prompt. */
export function bash(home: string): StartableShell {
  return { argv: ['bash', '--norc', '--noprofile', '-i'], env: { HOME: home, PS1: '$ ' } }
}

/** zsh with its completion system started, as from a `.zshrc`, which is written to `home`. */
export async function zsh(home: string): Promise<StartableShell> {
  const [version = ''] = await readdir(join(root, 'usr/lib', await libraryName(), 'zsh'))
  const lines = [
    `module_path=(${join(root, 'usr/lib', await libraryName(), 'zsh', version)})`,
    `fpath=(${join(root, 'usr/share/zsh/functions')}/**/*(/N))`,
    "PS1='$ '",
    'autoload -Uz compinit && compinit -u -D',
  ]
  await writeFile(join(home, '.zshrc'), lines.map((line) => `${line}\n`).join(''))
  return { argv: [join(unpacked, 'bin/zsh'), '-i'], env: { HOME: home, ZDOTDIR: home } }
}

/** fish, to be given a command with `-c`. */
export async function fish(home: string): Promise<StartableShell> {
  await mkdir(join(home, '.config/fish'), { recursive: true })
  // It takes the directories beside its own only where all of them are there.
  await symlink('../etc', join(root, 'usr/etc')).catch(ignoreExisting)
  const libraries = join(root, 'usr/lib', await libraryName())
  return { argv: [join(root, 'usr/bin/fish')], env: { HOME: home, LD_LIBRARY_PATH: libraries } }
}

/** `x86_64-linux-gnu`, `aarch64-linux-gnu`. */
async function libraryName(): Promise<string> {
  const names = await readdir(join(root, 'usr/lib'))
  const name = names.find((it) => it.endsWith('-linux-gnu'))
  if (name === undefined) throw new Error(`There are no libraries in ${root}: run \`npm test\` once.`)
  return name
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}
