import { expect, test } from 'vitest'
import { skipPast } from '../../../../src/adapters/host/skip-past.ts'

const read = (chunks: readonly string[]): string => {
  const own = skipPast('begin')
  return chunks.map((chunk) => own(Buffer.from(chunk)).toString()).join('')
}

test.each<[string, string[], string]>([
  ['a greeting is left out', ['Welcome\nbegin\nanswer\n'], 'answer\n'],
  ['a greeting without an end of line, too', ['Welcome> begin\nanswer'], 'answer'],
  ['the mark may come in pieces', ['Wel', 'come\nbe', 'gin', '\nans', 'wer'], 'answer'],
  ['only the first mark counts', ['begin\nbegin\nanswer'], 'begin\nanswer'],
  ['without the mark there is no answer', ['Welcome\n', 'and go'], ''],
])('%s', (_, chunks, answer) => {
  expect(read(chunks)).toBe(answer)
})
