import * as z from 'zod'
import { environmentSchema } from './environment-schema.ts'
import {
  command,
  disk,
  duration,
  hooks,
  keep,
  notify,
  probe,
  serviceName,
  text,
  variableReference,
} from './schema-parts.ts'

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
  run: command.meta({
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
  password: variableReference('password', '$REGISTRY_PASSWORD')
    .optional()
    .meta({
      description: 'Name of the variable that holds the password or token, never its value.',
      examples: ['$REGISTRY_PASSWORD'],
    }),
  insecure: z
    .boolean({ error: 'expected true or false' })
    .optional()
    .meta({
      description: 'The registry speaks plain HTTP.',
      omitFromExample: true,
      examples: [true],
      defaultText: 'false',
    }),
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

/**
 * The shape of dray.yml as it is written; keys that start with `x-` are taken out before. Types, dray.schema.json and
 * docs/configuration.md all come from here: a key's `description` is its documentation, and `examples` are shown there.
 */
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
      environmentSchema,
    )
    .meta({ description: 'The places to deploy to, by name.', exampleKey: 'test' }),
  tasks: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'expected a name of letters, digits, `.`, `_` and `-`'),
      task,
    )
    .optional()
    .meta({
      description: 'One-off commands of the app, in the order in which they run.',
      exampleKey: 'migrate',
    }),
  hooks: hooks.optional().meta({
    description:
      'Commands that dray runs on its own machine around a deploy or a rollback, in the directory of dray.yml: a list of words, or one line of text, run by `sh -c`. They get the facts in variables: docs/tasks-and-hooks.md lists them.',
  }),
  notify: notify.optional().meta({
    description:
      'Who is told how a deploy or a rollback ended. An address of a webhook is a secret, so only the name of its variable stands here: docs/notifications.md.',
  }),
  proxy: z
    .strictObject({
      service: serviceName.optional().meta({
        description: 'Its service.',
        examples: ['nginx'],
        defaultText: 'the service that runs nginx',
      }),
      keepalive: z
        .boolean()
        .optional()
        .meta({
          description:
            'Whether dray may put a file beside the configuration of nginx 1.27.4 or newer that sets `keepalive_min_timeout`, so that a reload loses no request of a keep-alive client.',
          examples: [true],
          defaultText: 'true',
        }),
    })
    .optional()
    .meta({ description: 'The proxy in front of the app.' }),
  probe: probe.optional().meta({
    description:
      'Requests that dray sends to the app during a deploy, counts and reports; the last must succeed.',
  }),
  keep: keep.optional().meta({
    description: 'How many releases stay on the host for rollback.',
    examples: [5],
    defaultText: '5',
  }),
  disk: disk.optional().meta({
    description: 'What may be done about the room on the host before a pull, and by `dray clean`.',
  }),
  services: z.record(serviceName, service).optional().meta({
    description: 'What holds for one service, by its name in the compose file.',
    exampleKey: 'worker',
  }),
  registries: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z0-9.-]+(?::\d+)?$/, 'expected the host of a registry, without scheme or path'),
      otherRegistry,
    )
    .optional()
    .meta({
      description: "Other registries than the app's own, by host.",
      exampleKey: 'registry.example.com',
    }),
  bundle: bundle
    .optional()
    .meta({ description: 'Files that go with the compose file, beyond those that it mounts.' }),
})

export type ConfigFile = z.infer<typeof configSchema>
export type EnvironmentBlock = ConfigFile['environments'][string]
