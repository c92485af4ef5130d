import { expect, test } from 'vitest'
import { createBuildState } from '../../../src/build/build-state.ts'
import { explainBuildFailure } from '../../../src/build/explain-failure.ts'

/** Lines of Buildx 0.29 with `--progress=rawjson`, shortened. */
function failure(...lines: (object | string)[]) {
  const deployState = createBuildState(['backend', 'web'])
  for (const line of lines) deployState.take(typeof line === 'string' ? line : JSON.stringify(line))
  return explainBuildFailure(deployState)
}

const step = (name: string, error?: string) => ({
  vertexes: [
    {
      digest: `sha256:${name}`,
      name,
      started: '2026-11-23T19:00:00Z',
      completed: '2026-11-23T19:00:02Z',
      error,
    },
  ],
})
const log = (name: string, text: string) => ({
  logs: [{ vertex: `sha256:${name}`, stream: 2, data: Buffer.from(text).toString('base64') }],
})

test('reports the failed step with its last lines, not the step that was stopped by it', () => {
  const run = '[web 2/3] RUN npm ci'
  const error = 'process "/bin/sh -c npm ci" did not complete successfully: exit code: 7'
  const told = failure(
    step(
      '[backend 2/3] RUN make',
      'process "/bin/sh -c make" did not complete successfully: context canceled',
    ),
    step(run),
    log(run, 'fetching\nnpm error co'),
    log(run, 'de E404\n'),
    step(run, error),
    'Dockerfile:2',
    '--------------------',
    'ERROR: target web: failed to solve: process "/bin/sh -c npm ci" did not complete successfully: exit code: 7',
  )
  expect(told).toMatchObject({
    code: 'BUILD_FAILED',
    message: 'web: `RUN npm ci` (Dockerfile, line 2) failed with exit code 7.',
    details: { logTail: ['fetching', 'npm error code E404'], logOf: '`RUN npm ci`' },
  })
})

test.each<[string, (object | string)[], string, RegExp]>([
  [
    'a file that is not there',
    [
      step(
        '[web 2/2] COPY nothere /x',
        'failed to calculate checksum of ref 4cfb::ij8t: "/nothere": not found',
      ),
    ],
    'BUILD_FAILED',
    /^web: `COPY nothere \/x` failed: "\/nothere": not found$/,
  ],
  [
    'a Dockerfile that is none',
    [
      'Dockerfile:2',
      'ERROR: target web: failed to solve: dockerfile parse error on line 2: unknown instruction: FOO',
    ],
    'BUILD_FAILED',
    /^Nothing was built \(Dockerfile, line 2\): dockerfile parse error on line 2: unknown instruction: FOO$/,
  ],
  [
    'no Docker',
    [
      'ERROR: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    ],
    'DOCKER_UNREACHABLE',
    /does not answer/,
  ],
  [
    'a package that somebody else owns',
    [step('[backend] pushing ghcr.io/acme/x:1 with docker', 'denied: permission_denied: write_package')],
    'REGISTRY_FORBIDDEN',
    /^backend was not pushed/,
  ],
  [
    'a job without packages: write, with another builder',
    [
      step(
        '[backend] exporting to image',
        'failed to push ghcr.io/acme/x:1: unexpected status from POST request: 403 Forbidden',
      ),
    ],
    'REGISTRY_FORBIDDEN',
    /^backend was not pushed/,
  ],
  [
    'no login',
    [step('[web] pushing ghcr.io/acme/x:1 with docker', 'unauthorized: authentication required')],
    'REGISTRY_UNAUTHORIZED',
    /requires a login/,
  ],
  [
    'a registry that is away',
    [
      step('[web] importing cache manifest from 127.0.0.1:1/x/z:buildcache', 'connection refused'),
      step('[web] pushing 127.0.0.1:1/x/z:1 with docker', 'Get "http://127.0.0.1:1/v2/": connection refused'),
    ],
    'PUSH_FAILED',
    /^web was not pushed: Get/,
  ],
])('%s', (_, lines, code, message) => {
  expect(failure(...lines)).toMatchObject({ code, message: expect.stringMatching(message) as string })
})
