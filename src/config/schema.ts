import * as z from 'zod'
import { durationPattern } from '../shared/duration.ts'

/**
 * The shape of dray.yml. Types, dray.schema.json and docs/configuration.md all come from here: a key's `description` is its
 * documentation, and `examples` are shown there.
 */

const text = (what: string) => z.string().min(1, `expected ${what}, found nothing`)

const durationMessage = 'expected a duration with its unit, such as 30s or 1m30s'

const duration = z.string(durationMessage).regex(durationPattern, durationMessage)

const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/

const fileList = z.union([text('a file'), z.array(text('a file')).min(1, 'expected at least one file')], {
  error: 'expected a file or a list of files',
})

const serviceName = z
  .string()
  .regex(/^[a-zA-Z0-9._-]+$/, 'expected the name of a service (letters, digits, `.`, `_` and `-`)')

const probe = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'expected an address that starts with http:// or https://' })
    .meta({
      description: 'Address to ask, through the proxy, as the host sees it.',
      examples: ['http://localhost/api/health'],
    }),
  timeout: duration.optional().meta({
    description: 'How long one request may take.',
    examples: ['2s'],
    defaultText: '5s',
  }),
  every: duration.optional().meta({
    description: 'Time from one request to the next.',
    examples: ['1s'],
    defaultText: '100ms',
  }),
})

const keep = z
  .int({ error: 'expected a whole number' })
  .min(1, 'expected 1 or more')
  .max(100, 'expected 100 or less')

const host = z
  .string()
  .regex(
    /^(?:ssh:\/\/)?(?:[A-Za-z0-9_][A-Za-z0-9._-]*@)?(?:[A-Za-z0-9_][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/,
    'expected a host as user@name, user@name:port, a name of ~/.ssh/config, or local',
  )

const environment = z.strictObject({
  host: host.optional().meta({
    description:
      'The server, as `ssh` takes it: `user@name`, `user@name:port`, or a name of `~/.ssh/config`. `local` is the machine that dray runs on.',
    examples: ['deploy@test.example.com'],
  }),
  hosts: z
    .array(host)
    .min(1, 'expected at least one host')
    .optional()
    .meta({
      description: 'Several servers that run the same app. Either this or `host`.',
      examples: [['deploy@a.example.com', 'deploy@b.example.com']],
    }),
  path: text('a directory')
    .optional()
    .meta({
      description:
        "The app's directory on the server; it holds `.env`. Absolute, unless the host is `local`.",
      examples: ['/srv/shop'],
      defaultText: '`/srv/<app>`; for `local` the directory of the compose file',
    }),
  tag: text('a tag')
    .optional()
    .meta({
      description:
        'Which tag to deploy where none is named. `sha`: the commit (`GITHUB_SHA`, else the checked-out one). `version`: the git tag (in Actions the one that started the run). `latest`, or any other text: that tag; `${SHA}`, `${SHORT_SHA}`, `${VERSION}` and deploy-time values are put in.',
      examples: ['sha', 'version', 'build-${GITHUB_RUN_NUMBER}'],
      defaultText: "none: `IMAGE_TAG` is not set, and the compose file's own default holds",
    }),
  compose: fileList.optional().meta({
    description:
      'The compose file, or several that are merged as `docker compose -f a -f b` does. Relative to dray.yml.',
    examples: ['docker-compose.production.yml', ['docker-compose.yml', 'docker-compose.test.yml']],
    defaultText: 'the first of `compose.yaml`, `compose.yml`, `docker-compose.yml`, `docker-compose.yaml`',
  }),
  probe: probe.optional().meta({ description: 'Instead of the top-level `probe`.' }),
  keep: keep.optional().meta({ description: 'Instead of the top-level `keep`.', examples: [10] }),
  env: z
    .record(
      z.string().regex(variableName, 'expected the name of a variable (letters, digits and `_`)'),
      z.string(),
    )
    .optional()
    .meta({
      description:
        'Values for `${…}` in the compose file that belong to this environment. No secrets: those live in `.env` on the server.',
      examples: [{ PUBLIC_URL: 'https://test.example.com' }],
    }),
})

const task = z.strictObject({
  service: z
    .union([serviceName, z.array(serviceName).min(1, 'expected at least one service')], {
      error: 'expected the name of a service or a list of them',
    })
    .meta({
      description:
        'The service whose image and settings it runs with. Of a list, the first that the compose file has: for an app that is `backend` in one environment and `app` in another.',
      examples: ['backend', ['backend', 'app']],
    }),
  run: z
    .union([text('a command'), z.array(z.string()).min(1, 'expected a command')], {
      error: 'expected a command, as a list of words or one line for the shell',
    })
    .meta({
      description: 'The command: a list of words, run as it is, or one line of text, run by `sh -c`.',
      examples: [['npm', 'run', 'migrate'], 'npm run sync-manual && npm run warm-up'],
    }),
  when: z.enum(['before', 'after', 'manual'], { error: 'expected before, after or manual' }).meta({
    description:
      '`before` traffic moves to the new release, `after` it did, or only by hand (`manual`). A `before` task that fails stops the deploy with nothing changed.',
    examples: ['before'],
  }),
  timeout: duration.optional().meta({
    description: 'The task fails when it takes longer.',
    examples: ['10m'],
    defaultText: 'none',
  }),
})

const service = z.strictObject({
  rollout: z
    .enum(['roll', 'recreate'], { error: 'expected roll or recreate' })
    .optional()
    .meta({
      description:
        '`roll`: the new container starts beside the old one and takes over when it is healthy. `recreate`: the old one stops first, for what cannot have two of itself.',
      examples: ['recreate'],
      defaultText: 'decided for each service; `dray plan` says what and why',
    }),
  health: z
    .strictObject({
      timeout: duration.optional().meta({
        description: 'How long a new container may take to become healthy.',
        examples: ['90s'],
        defaultText: "what the service's health check allows: start period, then interval × retries",
      }),
    })
    .optional()
    .meta({ description: 'How the wait for a healthy container goes.' }),
  drain: duration.optional().meta({
    description: 'How long an old container may take to finish its requests after it lost the traffic.',
    examples: ['30s'],
    defaultText: 'until its requests are finished, as far as can be seen',
  }),
})

const otherRegistry = z.strictObject({
  username: text('a user name')
    .optional()
    .meta({ description: 'User to log in as.', examples: ['deploy'] }),
  password: z
    .string()
    .regex(
      /^\$(?:[A-Za-z_][A-Za-z0-9_]*|\{[A-Za-z_][A-Za-z0-9_]*\})$/,
      'expected the name of a variable that holds it, such as $REGISTRY_PASSWORD, never the password itself',
    )
    .optional()
    .meta({
      description: 'Name of the variable that holds the password or token, never its value.',
      examples: ['$REGISTRY_PASSWORD'],
    }),
  insecure: z
    .boolean({ error: 'expected true or false' })
    .optional()
    .meta({ description: 'The registry speaks plain HTTP.', examples: [true], defaultText: 'false' }),
})

const bundle = z.strictObject({
  include: z
    .array(text('a path'))
    .optional()
    .meta({
      description: 'Paths or patterns beside the compose file to ship as well.',
      examples: [['nginx/**', 'certs/ca.pem']],
    }),
  exclude: z
    .array(text('a path'))
    .optional()
    .meta({
      description: 'Paths or patterns not to ship. `.env` never is, whatever stands here.',
      examples: [['**/*.test.conf']],
    }),
})

/** The file as it is written; keys that start with `x-` are taken out before. */
export const configSchema = z.strictObject({
  app: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]*$/, 'expected a name of lower-case letters, digits, `-` and `_`')
    .optional()
    .meta({
      description: 'Name of the app; it is also the name of its Compose project.',
      examples: ['shop'],
      defaultText: "the compose file's `name`, else the name of the directory",
    }),
  registry: z
    .string()
    .regex(
      /^[A-Za-z0-9.-]+(?::\d+)?(?:\/[A-Za-z0-9._-]+)+$/,
      'expected a registry and its owner, such as ghcr.io/acme',
    )
    .optional()
    .meta({
      description:
        "Where the app's own images are. The owner is lower-cased, as GHCR demands, and becomes `REGISTRY_OWNER`.",
      examples: ['ghcr.io/acme'],
      defaultText: '`ghcr.io/` and the owner of the git remote `origin` on GitHub',
    }),
  environments: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'expected a name of letters, digits, `.`, `_` and `-`'),
      environment,
    )
    .meta({ description: 'The places to deploy to, by name.' }),
  tasks: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'expected a name of letters, digits, `.`, `_` and `-`'),
      task,
    )
    .optional()
    .meta({ description: 'One-off commands of the app, in the order in which they run.' }),
  proxy: z
    .strictObject({ service: serviceName.meta({ description: 'Its service.', examples: ['nginx'] }) })
    .optional()
    .meta({ description: 'The proxy in front of the app.', defaultText: 'the service that runs nginx' }),
  probe: probe.optional().meta({
    description:
      'Requests that dray sends to the app during a deploy, counts and reports; the last must succeed.',
  }),
  keep: keep.optional().meta({
    description: 'How many releases stay on the host for rollback.',
    examples: [5],
    defaultText: '5',
  }),
  services: z
    .record(serviceName, service)
    .optional()
    .meta({ description: 'What holds for one service, by its name in the compose file.' }),
  registries: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z0-9.-]+(?::\d+)?$/, 'expected the host of a registry, without scheme or path'),
      otherRegistry,
    )
    .optional()
    .meta({ description: "Other registries than the app's own, by host." }),
  bundle: bundle
    .optional()
    .meta({ description: 'Files that go with the compose file, beyond those that it mounts.' }),
})

export type ConfigFile = z.infer<typeof configSchema>
export type EnvironmentBlock = ConfigFile['environments'][string]
