import type { ComposeVariable } from './review-variables.ts'

export type NeedInput = {
  /** Names in `.env.example`; undefined if there is no such file. */
  example: readonly string[] | undefined
  compose: readonly ComposeVariable[]
  /** Names that every deploy sets, whatever is in `.env`. */
  deployTime: readonly string[]
}

/** Variables that the app needs in `.env`: those of `.env.example`, and those without a default in the compose files. */
export function findNeededNames({ example = [], compose, deployTime }: NeedInput): Set<string> {
  const required = compose.filter((it) => it.required).map(({ name }) => name)
  return new Set([...example, ...required].filter((name) => !deployTime.includes(name)))
}
