import type { JournalEntry } from '../../deploy/model/lock.ts'
import { splitLines } from '../host/line-splitter.ts'
import type { AppPlace } from './app-place.ts'
import { followScript } from './follow-script.ts'
import { scriptFailure } from './host-script.ts'
import { readJournal } from './release-archive.ts'

/** The plan of an app with hundreds of services is one line. */
const LONGEST_LINE = 1024 ** 2

/**
 * Passes on the entries that are added to the journal of an app, from byte `fromByte` on, until the signal aborts: one process on
 * the host, which waits for the kernel. Throws PATH_NOT_WRITABLE if the directory is missing, FILE_NOT_OURS if
 * the journal is a link, HOST_UNREACHABLE if the connection breaks, and RECORD_NEWER.
 */
export async function followJournal(
  { runner, path }: Pick<AppPlace, 'runner' | 'path'>,
  { fromByte, signal }: { fromByte: number; signal: AbortSignal },
  onEntries: (entries: readonly JournalEntry[]) => void,
): Promise<void> {
  const isOver = (): boolean => signal.aborted
  if (isOver()) return
  const { stream, ended } = runner.open(['sh', '-c', followScript, 'dray', path, String(fromByte + 1)])
  const stop = (): void => void stream.end()
  signal.addEventListener('abort', stop)
  try {
    let lines: string[] = []
    const splitter = splitLines((line) => lines.push(line), { longest: LONGEST_LINE })
    for await (const chunk of stream) {
      splitter.push(chunk as Buffer)
      if (lines.length > 0) onEntries(readJournal(lines.join('\n'), path))
      lines = []
    }
    const { exitCode, stderr } = await ended
    if (isOver()) return
    // Throws HOST_UNREACHABLE if the connection broke.
    await runner.run(['true'], { signal })
    throw scriptFailure(
      { exitCode, stdout: '.dray/journal.ndjson', stderr },
      { host: runner.name, path, what: 'following the journal' },
    )
  } finally {
    signal.removeEventListener('abort', stop)
    stream.destroy()
  }
}
