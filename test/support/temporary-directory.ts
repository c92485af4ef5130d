import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/** An app's directory with a `.env`, whose own name is an awkward one; it goes with the test. */
export async function temporaryApp(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'dray-'))
  onTestFinished(() => rm(parent, { recursive: true, force: true }))
  const path = join(parent, "the shop's $app")
  await mkdir(path)
  for (const [name, text] of Object.entries({ '.env': 'KEY=value\n', ...files })) {
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), text)
  }
  await chmod(join(path, '.env'), 0o600)
  return path
}

/** Every file and link below a directory but dray's own, with mode and content. */
export async function treeOf(directory: string, below = ''): Promise<Record<string, string>> {
  const tree: Record<string, string> = {}
  for (const name of await readdir(join(directory, below))) {
    const path = join(below, name)
    if (path === '.dray') continue
    const full = join(directory, path)
    const stat = await lstat(full)
    if (stat.isDirectory()) Object.assign(tree, await treeOf(directory, path))
    else if (stat.isSymbolicLink()) tree[path] = `-> ${await readlink(full)}`
    else tree[path] = `${(stat.mode & 0o777).toString(8)} ${await readFile(full, 'utf8')}`
  }
  return tree
}
