import type { Secret } from './secret.ts'

/** Adds those whose values are not known yet: a program that reads the same server for days would collect them again and again. */
export function addSecrets(known: Secret[], found: readonly Secret[]): void {
  const values = new Set(known.map((secret) => secret.reveal()))
  for (const secret of found) {
    if (!values.has(secret.reveal())) known.push(secret)
    values.add(secret.reveal())
  }
}
