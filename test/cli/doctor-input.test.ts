import { expect, test } from 'vitest'
import { findComposeImages } from '../../src/shared/compose-file.ts'
import { loadDoctor } from '../../src/cli/commands/set-up/load-doctor.ts'
import { desiredRelease } from '../../src/cli/commands/ship/desired-release.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { makeProject } from '../support/make-project.ts'
import { noInput } from '../support/run-cli.ts'

const composeYml = 'services: { web: { image: "ghcr.io/acme/web:${IMAGE_TAG:-latest}" } }\n'
const drayYml = 'registry: ghcr.io/acme\nenvironments: { test: { host: srv, tag: sha } }\n'

/** The tag that a deploy would want, and the image that the compose file names with these values. */
async function tagsOf(tag: string | undefined, env: Readonly<Record<string, string>> = {}) {
  const cwd = await makeProject({ 'dray.yml': drayYml, 'compose.yml': composeYml })
  const global = { configPath: undefined, json: false, plain: true, color: false, debug: false }
  const input = await loadDoctor(
    { arguments: { environment: 'test' }, rest: [], options: { tag }, global },
    {
      cwd,
      env,
      stdin: noInput,
      stdout: { write: () => true },
      stderr: { write: () => true },
      secrets: [],
      signal: new AbortController().signal,
      clock: systemClock,
      reportInterrupt: () => undefined,
    },
  )
  const options = { ...global, waitMs: 0, adopt: false, dryRun: true, expected: [] }
  const desired = desiredRelease({ ...input, options })
  return { desired: desired.tag, images: findComposeImages([composeYml], input.values.composeVariables) }
}

test.each([
  ['v1.4.0', {}, 'v1.4.0'],
  ['v1.4.0', { IMAGE_TAG: 'v1.3.0' }, 'v1.4.0'],
  [undefined, { IMAGE_TAG: 'v1.3.0' }, 'v1.3.0'],
  // The rule of dray.yml is not asked: the newest tag stands for it.
  [undefined, { GITHUB_SHA: 'abc1234' }, 'dray-newest'],
])('--tag %s with %j: doctor and the compose file see the same tag', async (tag, env, expected) => {
  expect(await tagsOf(tag, env)).toEqual({ desired: expected, images: [`ghcr.io/acme/web:${expected}`] })
})
