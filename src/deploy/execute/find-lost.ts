import type { HostRun } from './execution.ts'

/**
 * The hosts whose lock is lost. Each lock's journal is asked first: this machine may have slept, or the connection may have broken
 * without a sign, and another deploy may have begun. Never rejects.
 */
export async function findLost(runs: readonly HostRun[]): Promise<HostRun[]> {
  await Promise.allSettled(runs.map(({ lock }) => lock.settled()))
  return runs.filter(({ lock }) => lock.lost.aborted)
}
