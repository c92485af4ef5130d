import * as z from 'zod'
import {
  atLeastOne,
  disk,
  duration,
  front,
  hooks,
  keep,
  notify,
  probe,
  serviceName,
  text,
} from './schema-parts.ts'

const fileList = z.union([text('a file'), z.array(text('a file')).min(1, 'expected at least one file')], {
  error: 'expected a file or a list of files',
})

const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/

const host = z
  .string()
  .regex(
    /^(?:ssh:\/\/)?(?:[A-Za-z0-9_][A-Za-z0-9._-]*@)?(?:[A-Za-z0-9_][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/,
    'expected a host as user@name, user@name:port, a name of ~/.ssh/config, or local',
  )

const hostEntry = z.union(
  [host, z.strictObject({ host, services: atLeastOne(serviceName, 'at least one service') })],
  { error: 'expected a host, or `{ host: user@name, services: [NAME] }`' },
)

const hostCount = z.union(
  [
    z.number().int().min(1),
    z.string().regex(/^(?:[1-9]\d?|100)%$/, 'expected a share of the hosts from 1% to 100%'),
  ],
  { error: 'expected a number of hosts, or a share of them such as 25%' },
)

const rolling = z.union(
  [
    hostCount,
    z.strictObject({
      hosts: hostCount.optional().meta({
        description: 'A number of hosts, or a share of them, which is rounded down.',
        examples: [2, '25%'],
        defaultText: '`1`',
      }),
      watch: duration.optional().meta({
        description:
          'How long a host is watched before the next ones follow: its new containers must stay healthy, and its URLs answer.',
        examples: ['10s'],
        defaultText: 'not at all, beyond the check of its URL',
      }),
    }),
  ],
  { error: 'expected a number of hosts, a share of them such as 25%, or `{ hosts, watch }`' },
)

/** One entry of `environments`. */
export const environmentSchema = z.strictObject({
  host: host.optional().meta({
    description:
      'The server, as for `ssh`: `user@name`, `user@name:port`, or a name of `~/.ssh/config`. `local` is the machine that runs dray.',
    examples: ['deploy@test.example.com'],
  }),
  hosts: atLeastOne(hostEntry, 'at least one host')
    .optional()
    .meta({
      description:
        'Several servers that run the same app. Use either this or `host`. A host that runs only some services of the compose file: `{ host: user@name, services: [worker] }`.',
      omitFromExample: true,
      examples: [
        ['deploy@a.example.com', 'deploy@b.example.com'],
        [
          { host: 'deploy@a.example.com', services: ['web', 'api'] },
          { host: 'deploy@w.example.com', services: ['worker'] },
        ],
      ],
    }),
  rolling: rolling.optional().meta({
    description:
      'How many of the hosts switch traffic at the same time: a number, or a share of them, which is rounded down.',
    omitFromExample: true,
    examples: [2, '25%'],
    defaultText: '`1`: one host after the other',
  }),
  engine: z
    .enum(['compose', 'swarm'], { error: 'expected compose or swarm' })
    .optional()
    .meta({
      description:
        '`compose`: Docker Compose runs the app on each host. `swarm`: Docker Swarm runs the same compose file as a stack, and places its containers on the nodes of the cluster; `host` is then one of its managers. See docs/swarm.md.',
      omitFromExample: true,
      examples: ['swarm'],
      defaultText: 'compose',
    }),
  nodes: atLeastOne(host, 'at least one node')
    .optional()
    .meta({
      description:
        'Other nodes of the swarm that dray may connect to, as for `ssh`: `dray clean`, `dray disk` and `dray remove` include them, and `dray exec` runs in tasks there. Their users need only Docker, no directory. With `engine: swarm`.',
      omitFromExample: true,
      examples: [['deploy@m2.example.com', 'deploy@w1.example.com']],
      defaultText: 'none: images on the other nodes stay',
    }),
  path: text('a directory')
    .optional()
    .meta({
      description:
        "The app's directory on the server, which contains `.env`. An absolute path, unless the host is `local`.",
      examples: ['/srv/shop'],
      defaultText: '`/srv/<app>`; for `local` the directory of the compose file',
    }),
  tag: text('a tag')
    .optional()
    .meta({
      description:
        'The default tag to deploy. `sha`: the commit (`GITHUB_SHA`, else the checked-out one). `version`: the git tag (in Actions, the one that started the run). `latest`, or any other text: that tag; `${SHA}`, `${SHORT_SHA}`, `${VERSION}` and deploy-time values are replaced.',
      examples: ['sha', 'version', 'build-${GITHUB_RUN_NUMBER}'],
      defaultText: 'none: `IMAGE_TAG` is not set, and the default of the compose file applies',
    }),
  compose: fileList.optional().meta({
    description:
      'The compose file, or several files that are merged as with `docker compose -f a -f b`. Relative to dray.yml.',
    examples: ['docker-compose.production.yml', ['docker-compose.yml', 'docker-compose.test.yml']],
    defaultText:
      'the first of `compose.yaml`, `compose.yml`, `docker-compose.yml`, `docker-compose.yaml`, with its override file (`compose.override.yml`, `docker-compose.override.yml`) if there is one, as in Compose',
  }),
  url: z
    .url({ protocol: /^https?$/, error: 'expected a URL that starts with http:// or https://' })
    .optional()
    .meta({
      description: 'The URL of the app. In Actions it is an output, for the page of the deployment.',
      omitFromExample: true,
      examples: ['https://test.example.com'],
      defaultText: 'the first domain of `front`, if any',
    }),
  probe: probe.optional().meta({
    description: 'Overrides the top-level `probe`.',
    defaultText: 'the top-level one',
    omitFromExample: true,
  }),
  front: front.optional().meta({
    description: 'Overrides the top-level `front`.',
    defaultText: 'the top-level one',
    examples: [true],
    omitFromExample: true,
  }),
  notify: notify.optional().meta({
    description: 'Overrides the top-level `notify`; `[]` sends no notification.',
    defaultText: 'the top-level one',
    omitFromExample: true,
  }),
  hooks: hooks.optional().meta({
    description: 'Overrides the top-level `hooks`.',
    defaultText: 'the top-level ones',
    omitFromExample: true,
  }),
  keep: keep.optional().meta({
    description: 'Overrides the top-level `keep`.',
    defaultText: 'the top-level one',
    omitFromExample: true,
    examples: [10],
  }),
  disk: disk.optional().meta({
    description: 'Overrides the top-level `disk`.',
    defaultText: 'the top-level one',
    omitFromExample: true,
  }),
  env: z
    .record(
      z.string().regex(variableName, 'expected the name of a variable (letters, digits and `_`)'),
      z.string(),
    )
    .optional()
    .meta({
      description:
        'Values of this environment for `${…}` in the compose file; `${IMAGE_TAG}`, `${REGISTRY_OWNER}`, `${GITHUB_ACTOR}` and `${ENV}` are replaced. Not for secrets, which belong in `.env` on the server.',
      examples: [{ PUBLIC_URL: 'https://test.example.com', TAG: '${IMAGE_TAG}' }],
    }),
})
