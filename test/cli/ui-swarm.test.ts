import { expect, test } from 'vitest'
import { answerForSwarm } from '../../src/cli/commands/inspect/ui/answer-for-swarm.ts'
import { openAnswers } from '../../src/cli/commands/inspect/ui/open-answers.ts'
import type { OnHost } from '../../src/cli/commands/inspect/ask-status.ts'
import type { CliContext } from '../../src/cli/command/context.ts'
import type { EnvironmentInput } from '../../src/cli/command/load-environment.ts'
import { FakeClock } from '../support/fake-clock.ts'

const environment = { name: 'production', engine: 'swarm', path: '/srv/shop', hosts: ['m1'] }
const input = { config: { environment } } as unknown as EnvironmentInput
const onHost: OnHost = () => Promise.reject(new Error('No host is asked.'))
const config = { version: 1, environments: [{ name: 'production', input }], reload: async () => false }

test('only what is on nodes that dray does not reach is refused', () => {
  for (const question of ['timeline', 'live', 'logs', 'checks', 'variables', 'release'])
    expect(answerForSwarm(question, input.config), question).toBeUndefined()
})

test.each([
  ['containers', '`dray status production` prints its services and nodes'],
  ['disk', '`dray disk production` prints what takes the space on the manager'],
])('the page says that it does not measure the %s of a swarm, and what does', async (question, hint) => {
  const { signal } = new AbortController()
  const context = { clock: new FakeClock(0), signal } as unknown as CliContext
  using answers = openAnswers(config, {
    onHost,
    context,
    clean: String,
    offsetMs: () => 0,
    newsOf: () => undefined,
  })
  const query = new URLSearchParams({ environment: 'production' })
  expect(await answers.answer(question, query, signal)).toMatchObject({
    failure: {
      code: 'SWARM_COMMAND',
      message:
        'Environment production has `engine: swarm`: the page does not measure its containers and disks.',
      hint: expect.stringContaining(hint) as string,
    },
  })
})
