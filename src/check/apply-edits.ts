import type { Edit } from './rule.ts'

/** The new text of every file that edits change. Of overlapping edits the first applies; the next run finds the others. */
export function applyEdits(edits: readonly Edit[]): Map<string, string> {
  const byFile = new Map<string, Edit[]>()
  for (const edit of edits) byFile.set(edit.file.path, [...(byFile.get(edit.file.path) ?? []), edit])
  return new Map([...byFile].map(([path, list]) => [path, applyToFile(list)]))
}

function applyToFile(edits: readonly Edit[]): string {
  const [first] = edits
  const original = first?.file.text ?? ''
  let text = ''
  let position = 0
  const seen = new Set<string>()
  for (const edit of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const key = `${edit.start} ${edit.end} ${edit.text}`
    if (edit.start < position || seen.has(key)) continue
    seen.add(key)
    text += original.slice(position, edit.start) + edit.text
    position = edit.end
  }
  return text + original.slice(position)
}
