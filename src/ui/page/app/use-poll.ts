import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { PageAnswers } from '../model.ts'
import { ask, now, pause } from './state.ts'

/**
 * The answer to a question, asked again `everyMs` after each answer while the page is visible. `problem`: why the server does
 * not answer now; it is asked again all the same.
 */
export function usePoll<Question extends keyof PageAnswers>(
  question: Question,
  query: Readonly<Record<string, string>>,
  everyMs: number,
): { answer: PageAnswers[Question] | undefined; problem: string | undefined } {
  const { answer, problem, read } = useReading(question, query)
  useEffect(() => repeat(read, everyMs), [])
  return { answer: answer.value, problem: problem.value }
}

/**
 * The answer to a question, which is asked once and whenever `again` is called; `isAsking` until it has come. One question is under
 * way at a time: `again` meanwhile asks once more after it. An answer stays beside a later `problem`.
 */
export function useAsk<Question extends keyof PageAnswers>(
  question: Question,
  query: Readonly<Record<string, string>>,
): {
  answer: PageAnswers[Question] | undefined
  problem: string | undefined
  /** When the answer came, on the browser's clock. */
  readAtMs: number | undefined
  isAsking: boolean
  again: () => void
} {
  const { answer, problem, readAtMs, read } = useReading(question, query)
  const isAsking = useSignal(false)
  const isDue = useRef(false)
  const again = (): void => {
    isDue.current = true
    if (!isAsking.peek()) void readAll()
  }
  const readAll = async (): Promise<void> => {
    isAsking.value = true
    while (isDue.current) {
      isDue.current = false
      await read()
    }
    isAsking.value = false
  }
  useEffect(again, [])
  return {
    answer: answer.value,
    problem: problem.value,
    readAtMs: readAtMs.value,
    isAsking: isAsking.value,
    again,
  }
}

function useReading<Question extends keyof PageAnswers>(
  question: Question,
  query: Readonly<Record<string, string>>,
) {
  const answer = useSignal<PageAnswers[Question] | undefined>(undefined)
  const problem = useSignal<string | undefined>(undefined)
  const readAtMs = useSignal<number | undefined>(undefined)
  const read = async (): Promise<void> => {
    try {
      answer.value = await ask(question, query)
      readAtMs.value = now.peek()
      problem.value = undefined
    } catch (error) {
      problem.value = sentenceOf(error)
    }
  }
  return { answer, problem, readAtMs, read }
}

/** What an error says. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Does something, and again `everyMs` after it was done, while the page is visible. The result ends it. */
export function repeat(act: () => Promise<void>, everyMs: number): () => void {
  const ending = new AbortController()
  let isActing = false
  const run = async (): Promise<void> => {
    if (isActing) return
    isActing = true
    while (!ending.signal.aborted && !document.hidden) {
      await act()
      await pause(everyMs)
    }
    isActing = false
  }
  const onVisible = (): void => void run()
  document.addEventListener('visibilitychange', onVisible, { signal: ending.signal })
  void run()
  return () => ending.abort()
}
