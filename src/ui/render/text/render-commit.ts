import type { SourceCommit } from '../../../deploy/model/release.ts'

/** `3f2a1c9`, as git shortens it, or `3f2a1c9 + changes` of a work tree that differed from it. */
export function renderCommit({ id, isDirty }: SourceCommit): string {
  return isDirty === true ? `${id.slice(0, 7)} + changes` : id.slice(0, 7)
}
