import { RECORD_FORMAT } from '../model/record-format.ts'
import type { Execution, HostRun } from './execution.ts'

/** A line of the journal, without the fields that every line has. */
export type JournalLine = { event: string } & Readonly<Record<string, unknown>>

/** Writes a line to the journal of one host. */
export function writeJournal(run: HostRun, execution: Execution, line: JournalLine): void {
  run.lock.journal({
    version: RECORD_FORMAT,
    at: execution.clock.now(),
    release: execution.plan.release,
    ...line,
  })
}

/** Writes a line to the journal of every host. */
export function writeJournals(execution: Execution, line: JournalLine): void {
  for (const run of execution.hosts.values()) writeJournal(run, execution, line)
}
