import { expect, test } from 'vitest'
import { outputOf } from '../../../support/terminal-output.ts'
import { sampleFailure, START, wholeDeploy } from '../../../support/terminal-events.ts'

test('says nothing of a deploy that goes well but its warnings', () => {
  expect(outputOf('quiet', wholeDeploy)).toEqual({
    stdout: '',
    stderr: 'Warning: frontend has no health check: dray can only see that it runs\n',
  })
})

test('prints a failure', () => {
  const { stderr } = outputOf('quiet', [{ type: 'failed', at: START, failure: sampleFailure }])
  expect(stderr).toContain('Release r41 is serving')
})
