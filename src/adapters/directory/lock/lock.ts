import { createInterface } from 'node:readline'
import { DrayError } from '../../../errors/dray-error.ts'
import type { Lock, LockHolder } from '../../../deploy/model/lock.ts'
import type { Clock } from '../../../shared/clock.ts'
import { parseJson } from '../../../shared/parse-json.ts'
import type { CommandRunner } from '../../host/command-runner.ts'
import { scriptFailure } from '../host-script.ts'
import { holderText, readLockHolder } from './lock-holder.ts'
import { lockScript } from './lock-script.ts'
import { FORMAT_NEWER, LOCKED } from '../scripts.ts'
import { newerFailure, withWriter } from '../written-by.ts'

/** Interval of the keep-alive lines; after LIMIT_SECONDS without one, the host considers the holder dead. */
const HEARTBEAT_MS = 3_000
const LIMIT_SECONDS = 12
const RETRY_MS = 500
/** More than a host ever answers: the holder, and a character for each line of the journal. */
const MOST_BYTES = 1024 ** 2

type LockRequest = {
  runner: CommandRunner
  path: string
  holder: LockHolder
  waitMs: number
  clock: Clock
  signal?: AbortSignal
  /** `.env` may be missing. */
  withoutEnv?: boolean
}

/**
 * Takes the lock of an app on a host. Throws LOCK_HELD with the holder if it is still held after `waitMs`; RECORD_NEWER if a
 * newer dray wrote the journal in a format that this one does not read; ENV_MISSING and PATH_NOT_WRITABLE if the directory is not usable.
 */
export async function takeLock(request: LockRequest): Promise<Lock> {
  const untilMs = request.clock.now() + request.waitMs
  for (;;) {
    const attempt = await tryLock(request)
    if ('lock' in attempt) return attempt.lock
    if (request.clock.now() >= untilMs) throw lockHeld(attempt.heldBy, request)
    await request.clock.sleep(RETRY_MS, request.signal)
  }
}

async function tryLock(request: LockRequest): Promise<{ lock: Lock } | { heldBy: string }> {
  const { runner, path, holder, withoutEnv = false } = request
  const args = [path, String(LIMIT_SECONDS), holderText(holder), ...(withoutEnv ? ['without-env'] : [])]
  const { stream, ended } = runner.open(['sh', '-c', lockScript, 'dray', ...args], {})
  let bytes = 0
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > MOST_BYTES) stream.destroy()
  })
  const lines = createInterface({ input: stream, crlfDelay: Infinity })[Symbol.asyncIterator]()
  const first = await lines.next()
  const [, journalBytes] = /^locked +(\d+)$/.exec(String(first.value)) ?? []
  if (journalBytes !== undefined) {
    const held = heldLock({ stream, lines, ended, clock: request.clock })
    return { lock: { ...held, journalBytes: Number(journalBytes) } }
  }
  const { exitCode, stderr } = await ended
  if (exitCode === FORMAT_NEWER) throw newerFailure(parseJson(String(first.value)), path)
  if (exitCode === LOCKED) return { heldBy: String(first.value ?? '') }
  throw scriptFailure(
    { exitCode, stdout: String(first.value ?? ''), stderr },
    { host: runner.name, path, what: 'taking the lock' },
  )
}

function heldLock({
  stream,
  lines,
  ended,
  clock,
}: {
  stream: NodeJS.WritableStream
  lines: AsyncIterator<string>
  ended: Promise<unknown>
  clock: Clock
}): Omit<Lock, 'journalBytes'> {
  const lost = new AbortController()
  const released = new AbortController()
  let unwritten = 0
  let failed = 0
  let wake = (): void => undefined

  const beat = async (): Promise<void> => {
    for (;;) {
      try {
        await clock.sleep(HEARTBEAT_MS, released.signal)
      } catch {
        return
      }
      stream.write('\n')
    }
  }
  const listen = async (): Promise<void> => {
    for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
      unwritten -= 1
      if (line.value === '-') failed += 1
      wake()
    }
    unwritten = 0
    wake()
    if (released.signal.aborted) return
    released.abort()
    lost.abort(new DrayError('LOCK_LOST', 'The connection that held the lock broke.'))
  }
  stream.on('error', () => undefined)
  void beat()
  const listening = listen()

  return {
    lost: lost.signal,
    journal: (entry) => {
      if (released.signal.aborted) return
      unwritten += 1
      stream.write(`${JSON.stringify(withWriter(entry))}\n`)
    },
    settled: async () => {
      while (unwritten > 0) await new Promise<void>((resolve) => (wake = resolve))
      if (failed > 0) throw new DrayError('DISK_FULL', 'The journal on the server could not be written.')
    },
    [Symbol.asyncDispose]: async () => {
      released.abort()
      stream.end()
      await ended
      await listening
    },
  }
}

/** The error for a lock held by another process; `text` is the content of the lock file. */
export function lockHeld(text: string, { runner, clock }: Pick<LockRequest, 'runner' | 'clock'>): DrayError {
  const holder = readLockHolder(text)
  if (holder === undefined) {
    return new DrayError('LOCK_HELD', `Another deploy of this app is running on ${runner.name}.`)
  }
  const { user, machine, run, task, removes = false, sinceMs } = holder
  const seconds = Math.max(0, Math.round((clock.now() - sinceMs) / 1000))
  const from = run === undefined ? '' : `, run ${run}`
  const done = removes ? 'removing this app from' : 'deploying this app to'
  const what = task === undefined ? done : `running task ${task} of this app on`
  return new DrayError(
    'LOCK_HELD',
    `${user} on ${machine}${from} has been ${what} ${runner.name} since ${new Date(sinceMs).toISOString()} (${seconds} s).`,
  )
}
