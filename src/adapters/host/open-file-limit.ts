import { readFile } from 'node:fs/promises'
import { DrayError } from '../../errors/dray-error.ts'

/** Of dray itself, with its requests to registries. */
const FILES_BESIDE = 40
/** Each of five processes of ssh has three pipes, and there are connections to the Engine: 17 were measured (bench/README.md). */
const FILES_PER_HOST = 20

/**
 * Throws OPEN_FILE_LIMIT if a deploy to so many hosts would need more file descriptors than this process may have. Node has raised
 * the soft limit to the hard one by then. Without /proc, as on macOS, it throws nothing.
 */
export async function assertOpenFileLimit(hosts: number, file = '/proc/self/limits'): Promise<void> {
  if (hosts === 1) return
  const limit = readOpenFileLimit(await readFile(file, 'utf8').catch(() => ''))
  const needed = FILES_BESIDE + FILES_PER_HOST * hosts
  if (limit === undefined || needed <= limit) return
  throw new DrayError(
    'OPEN_FILE_LIMIT',
    `A deploy to ${hosts} hosts needs ${needed} open files and connections at a time, and this machine lets dray have ${limit}.`,
    {
      hint: `Raise the limit, at least to ${needed}: \`ulimit -n ${needed}\` as root, or \`LimitNOFILE=\` of the service that runs dray.`,
    },
  )
}

/** The limit in the text of /proc/self/limits; undefined without a number. */
function readOpenFileLimit(text: string): number | undefined {
  const soft = /^Max open files +(\d+)/m.exec(text)?.[1]
  return soft === undefined ? undefined : Number(soft)
}
