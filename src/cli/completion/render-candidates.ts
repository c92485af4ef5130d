import type { Candidate } from './complete-line.ts'

export const shells = ['bash', 'zsh', 'fish'] as const
export type ShellName = (typeof shells)[number]

/** The line that makes the shell complete file names. */
export const FILES = ':files\n'

/** Candidates for the shell's script, one per line; bash shows no descriptions. */
export function renderCandidates(shell: ShellName, candidates: readonly Candidate[]): string {
  return candidates
    .map(({ text, description = '' }) => {
      const remark = firstSentence(description)
      if (shell === 'bash' || remark === '') return shell === 'zsh' ? escapeColons(text) : text
      return shell === 'zsh' ? `${escapeColons(text)}:${remark}` : `${text}\t${remark}`
    })
    .map((line) => `${line}\n`)
    .join('')
}

function firstSentence(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/^(.*?[^.])(?:\. .*|[.:;] .*|\.)$/, '$1')
}

function escapeColons(text: string): string {
  return text.replaceAll(/[\\:]/g, '\\$&')
}
