import type { ComponentChildren, JSX } from 'preact'
import type { Answer } from '../model.ts'
import { FailureNote } from './parts.tsx'

/** An answer as it is drawn, below the problem of asking for it again; its failure, if it is one. Nothing until it has come. */
export function Answered<T extends object>({
  answer,
  problem,
  children,
}: {
  answer: Answer<T> | undefined
  /** Why the server does not answer now. */
  problem: string | undefined
  children: (found: T) => ComponentChildren
}): JSX.Element {
  return (
    <>
      {problem !== undefined && <p class="problem">{problem}</p>}
      {answer !== undefined &&
        ('failure' in answer ? <FailureNote failure={answer.failure} /> : children(answer))}
    </>
  )
}

/** A part for each host, below its name. */
export function HostParts<T extends { host: string }>({
  hosts,
  children,
}: {
  hosts: readonly T[]
  children: (host: T) => ComponentChildren
}): JSX.Element {
  return (
    <>
      {hosts.map((it) => (
        <section key={it.host}>
          <h2>{it.host}</h2>
          {children(it)}
        </section>
      ))}
    </>
  )
}
