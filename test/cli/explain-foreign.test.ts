import { expect, test } from 'vitest'
import { explainForeign } from '../../src/cli/commands/ship/explain-foreign.ts'
import type { EnvironmentInput } from '../../src/cli/command/load-environment.ts'
import { failureFrom } from '../../src/deploy/execute/failure.ts'
import { DrayError } from '../../src/errors/dray-error.ts'
import { makeProject } from '../support/make-project.ts'

const explain = async (
  host: string,
  file: string,
  code: 'FILE_NOT_OURS' | 'PORT_TAKEN' = 'FILE_NOT_OURS',
) => {
  const projectDirectory = await makeProject({ 'it is.conf': 'x' })
  const environment = { hosts: ['deploy@first', host], path: '/srv/shop' }
  const error = new DrayError(code, `${host} already has ${file}.`, { details: { problems: [file] } })
  const input = { config: { environment, projectDirectory } } as unknown as EnvironmentInput
  return explainForeign(failureFrom(error), input, projectDirectory).hint
}

test.each([
  ['deploy@srv', 'gone.yml', '`ssh deploy@srv cat /srv/shop/gone.yml` shows the file.'],
  [
    'deploy@srv:2222',
    'it is.conf',
    String.raw`ssh -p 2222 deploy@srv cat ''\''/srv/shop/it is.conf'\''' | diff - 'it is.conf'` +
      '` shows what differs.',
  ],
  ['local', 'it is.conf', "`cat '/srv/shop/it is.conf' | diff - 'it is.conf'` shows what differs."],
])('a foreign file on %s comes with the command that shows it', async (host, file, hint) => {
  const told = await explain(host, file)
  expect(told).toContain(hint)
  expect(told).toContain('--adopt')
})

test('another failure keeps its hint', async () => {
  expect(await explain('local', 'it is.conf', 'PORT_TAKEN')).toBe(new DrayError('PORT_TAKEN', '').hint)
})
