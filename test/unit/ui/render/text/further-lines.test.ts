import { expect, test } from 'vitest'
import { readSshFailure } from '../../../../../src/adapters/host/ssh-failure.ts'
import { failureFrom } from '../../../../../src/deploy/execute/failure.ts'
import { makeStatus } from '../../../../../src/operations/status/make-status.ts'
import { renderFailure } from '../../../../../src/ui/render/deploy/render-failure.ts'
import { renderStatus } from '../../../../../src/ui/render/results/render-status.ts'
import { furtherLines } from '../../../../../src/ui/render/text/further-lines.ts'
import { createTerminalStyle } from '../../../../../src/ui/terminal/terminal-style.ts'

const style = createTerminalStyle({ env: { LANG: 'C.UTF-8' }, isTTY: false })
const timedOut = 'ssh: connect to host a port 22: Connection timed out'
const shown = (stderr: string): string[] => {
  const failure = failureFrom(readSshFailure(stderr, 'a'))
  const hosts = [{ host: 'a', failure }]
  return [
    renderFailure(failure, style),
    renderStatus([makeStatus({ environment: 'test', path: '/srv/shop', hosts })], style),
  ]
}

test('the line of ssh that the message has is not printed again', () => {
  for (const text of shown(`${timedOut}\r\n`)) {
    expect(text.split(timedOut)).toHaveLength(2)
    expect(text).not.toContain('Last lines')
  }
})

test('lines that say more are printed, with the last one', () => {
  const more = 'Warning: the key is of no use'
  for (const text of shown(`${more}\n${timedOut}\n`)) {
    expect(text).toContain(more)
    expect(text.split(timedOut)).toHaveLength(3)
  }
})

test('a line whose words are in the message for another reason is printed', () => {
  const failure = {
    message: '`RUN echo installing` failed with exit code 7.',
    details: { logTail: ['installing'] },
  }
  expect(furtherLines(failure)).toEqual(['installing'])
})
