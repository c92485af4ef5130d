import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listEnvScript } from '../../../../../src/adapters/directory/env/env-scripts.ts'
import { LocalRunner } from '../../../../../src/adapters/host/local-runner.ts'
import { parseDotenv } from '../../../../../src/operations/env/parse-dotenv.ts'
import { temporaryApp } from '../../../../support/temporary-directory.ts'
import { dotenvText } from '../../../../support/dotenv-text.ts'
import { randomCases } from '../../../../support/random-cases.ts'

test('a host finds the names and empty values in `.env` that are found here', async () => {
  const { cases, label } = randomCases(dotenvText, 300)
  const good = cases.filter((text) => parseDotenv(text).badLines.length === 0)
  expect(good.length, label).toBeGreaterThan(80)
  const root = await temporaryApp()
  for (const [index, text] of good.entries()) {
    await mkdir(join(root, String(index)))
    await writeFile(join(root, String(index), '.env'), text)
  }
  await using runner = new LocalRunner()
  const all =
    'cd "$1"; for i in $(seq 0 "$2"); do echo "@@dray case"; sh -c "$3" dray "$i" | grep -v @@dray; done'
  const args = ['sh', '-c', all, 'sh', root, String(good.length - 1), listEnvScript]
  const { stdout } = await runner.run(args)
  const listed = stdout.split('@@dray case\n').slice(1)
  const differing = good.flatMap((text, index) => {
    const lines = (listed[index] ?? '').matchAll(/^(empty|set) (.*)$/gm)
    const byHost = new Map([...lines].map(([, state, name = '']) => [name, state]))
    const byDray = new Map(
      parseDotenv(text).variables.map(({ name, isEmpty }) => [name, isEmpty ? 'empty' : 'set']),
    )
    const isSame =
      byHost.size === byDray.size && [...byDray].every(([name, state]) => byHost.get(name) === state)
    return isSame ? [] : [{ text, byHost, byDray }]
  })
  expect(differing, label).toEqual([])
})
