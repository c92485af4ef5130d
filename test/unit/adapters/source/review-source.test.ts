import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { reviewSource } from '../../../../src/adapters/source/review-source.ts'
import { makeProject } from '../../../support/make-project.ts'

const run = promisify(execFile)

test('files that git neither tracks nor ignores, and the names in .env.example', async () => {
  const directory = await makeProject({
    '.env.example': 'GREETING=hello\n# NOT=this\nTOKEN=\n',
    '.gitignore': 'data/\n',
    'compose.yml': 'services: {}\n',
    'certs/ä site.crt': 'x',
    'data/db': 'x',
  })
  const expectedVariables = ['GREETING', 'TOKEN']
  const review = () => reviewSource(directory)
  expect(await review()).toEqual({ untracked: [], expectedVariables })
  await run('git', ['-C', directory, 'init', '-q'])
  expect(await review()).toEqual({ untracked: [], expectedVariables })
  await run('git', ['-C', directory, 'add', 'compose.yml', '.gitignore', '.env.example'])
  expect((await review()).untracked).toEqual(['certs/ä site.crt'])
})
