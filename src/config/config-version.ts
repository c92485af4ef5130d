import { stat } from 'node:fs/promises'
import path from 'node:path'
import { CONFIG_NAMES } from './load-config.ts'

/** Differs when dray.yml was changed, replaced, removed or created; `configPath` is that of `--config`. Never rejects. */
export async function readConfigVersion(cwd: string, configPath?: string): Promise<string> {
  const names = configPath === undefined ? CONFIG_NAMES : [configPath]
  const versions = names.map((name) =>
    stat(path.resolve(cwd, name)).then(
      ({ ino, size, mtimeMs }) => `${ino} ${size} ${mtimeMs}`,
      (error: unknown) => (error as NodeJS.ErrnoException).code ?? 'unreadable',
    ),
  )
  return (await Promise.all(versions)).join(', ')
}
