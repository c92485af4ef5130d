import * as z from 'zod'
import { environmentSchema } from './environment-schema.ts'
import {
  command,
  disk,
  duration,
  front,
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
        'The service whose image and settings the task uses. In a list, the first service that the compose file has is used: for an app that is `backend` in one environment and `app` in another.',
      examples: ['backend', ['backend', 'app']],
    }),
  run: command.meta({
    description:
      'The command: a list of arguments, run without a shell, or one line of text, run by `sh -c`.',
    examples: [['npm', 'run', 'migrate'], 'npm run sync-manual && npm run warm-up'],
  }),
  when: z.enum(['before', 'after', 'manual'], { error: 'expected before, after or manual' }).meta({
    description:
      '`before` the deploy switches traffic, `after` it, or only by hand (`manual`). If a `before` task fails, the deploy stops and the old release keeps serving.',
    examples: ['before'],
  }),
  timeout: duration.optional().meta({
    description: 'Timeout of the task. A task that exceeds it fails.',
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
        '`roll`: the new container starts beside the old one and takes over when it is healthy. `recreate`: the old container stops first, for a service of which only one instance may run.',
      examples: ['recreate'],
      defaultText: 'decided for each service; `dray plan` shows the decision and its reason',
    }),
  health: z
    .strictObject({
      timeout: duration.optional().meta({
        description: 'Time limit for a new container to become healthy.',
        examples: ['90s'],
        defaultText: "from the service's health check: start period, then interval × retries",
      }),
    })
    .optional()
    .meta({ description: 'The wait for a healthy container.' }),
  drain: duration.optional().meta({
    description: 'Time limit for an old container to finish its requests after the switch of traffic.',
    examples: ['30s'],
    defaultText: 'until its visible requests are finished',
  }),
})

const otherRegistry = z.strictObject({
  username: text('a user name')
    .optional()
    .meta({ description: 'User name for the login.', examples: ['deploy'] }),
  password: variableReference('password', '$REGISTRY_PASSWORD')
    .optional()
    .meta({
      description: 'Name of the variable that holds the password or token, not its value.',
      examples: ['$REGISTRY_PASSWORD'],
    }),
  insecure: z
    .boolean({ error: 'expected true or false' })
    .optional()
    .meta({
      description: 'Whether the registry uses plain HTTP.',
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
      description:
        'Additional paths or patterns to ship, relative to the compose file. Patterns: `*`, `**`, `?`, `[ab]`, `{a,b}`.',
      examples: [['nginx/**', 'certs/ca.pem']],
    }),
  exclude: z
    .array(text('a path'))
    .optional()
    .meta({
      description:
        'Paths or patterns not to ship. Env files (`.env`, `prod.env`), logins of tools (`.npmrc`, `.docker/config.json`) and what is below `.git` are never shipped, nor is a link to them, and a private key is refused.',
      examples: [['**/*.test.conf']],
    }),
})

/**
 * The schema of dray.yml; keys that start with `x-` are removed before. Types, dray.schema.json and docs/configuration.md are
 * generated from it: a key's `description` is its documentation, and `examples` are shown there.
 */
export const configSchema = z.strictObject({
  app: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]*$/, 'expected a name of lower-case letters, digits, `-` and `_`')
    .optional()
    .meta({
      description: 'Name of the app and of its Compose project.',
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
        "Registry and owner of the app's own images. The owner is changed to lower case, as GHCR requires, and becomes `REGISTRY_OWNER`.",
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
    .meta({ description: 'The environments to deploy to, by name.', exampleKey: 'test' }),
  tasks: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'expected a name of letters, digits, `.`, `_` and `-`'),
      task,
    )
    .optional()
    .meta({
      description: 'One-off commands of the app, in execution order.',
      exampleKey: 'migrate',
    }),
  hooks: hooks.optional().meta({
    description:
      'Commands that dray runs on its own machine before and after a deploy or a rollback, in the directory of dray.yml: a list of arguments, or one line of text, run by `sh -c`. docs/tasks-and-hooks.md lists the variables that they get.',
  }),
  notify: notify.optional().meta({
    description:
      'Receivers of a notification after a deploy or a rollback. The URL of a webhook is a secret, so dray.yml has only the name of its variable: docs/notifications.md.',
  }),
  proxy: z
    .strictObject({
      service: serviceName.optional().meta({
        description:
          'The service that receives requests, if dray does not recognise it as a proxy, or several services publish a port.',
        examples: ['nginx'],
        defaultText: 'every service that runs a proxy is found',
      }),
      containers: z
        .array(z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/))
        .optional()
        .meta({
          description:
            'Containers of other projects in which dray may switch traffic, by name: an nginx, HAProxy or Caddy in front of several apps, on a network that this app is on too.',
          examples: [['edge-proxy-1']],
          defaultText: 'none: dray leaves other projects alone',
        }),
      keepalive: z
        .boolean()
        .optional()
        .meta({
          description:
            'Whether dray may add a file that sets `keepalive_min_timeout` to the configuration of nginx 1.27.4 or newer, so that a reload loses no request of a keep-alive client.',
          examples: [true],
          defaultText: 'true',
        }),
    })
    .optional()
    .meta({ description: 'The proxy in front of the app.' }),
  front: front.optional().meta({
    description:
      'Whether dray puts a proxy of its own (`dray-front`) in front of services that publish a port and have no proxy: it publishes their ports, so that they are replaced without an outage. For HTTP. `true`: an nginx in front of every own service; `services`: of these; `domain`: a Caddy that also serves HTTPS.',
    examples: [true],
    defaultText: 'false',
    omitFromExample: true,
  }),
  probe: probe.optional().meta({
    description:
      'Requests that dray sends to the app during a deploy and reports; the last one must succeed. `false`: no requests are sent, and no URL or published port is checked. Without `probe`, dray checks the published ports that answered before the deploy.',
  }),
  keep: keep.optional().meta({
    description: 'Number of releases that are archived on the host for rollback.',
    examples: [5],
    defaultText: '5',
  }),
  disk: disk.optional().meta({
    description: 'Clean-up of disk space on the host before a pull, and by `dray clean`.',
  }),
  services: z.record(serviceName, service).optional().meta({
    description: 'Settings of single services, by their names in the compose file.',
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
      description: "Registries other than the app's own, by host.",
      exampleKey: 'registry.example.com',
    }),
  bundle: bundle
    .optional()
    .meta({ description: 'Files to ship with the compose file, in addition to those that it mounts.' }),
})

export type ConfigFile = z.infer<typeof configSchema>
export type EnvironmentBlock = ConfigFile['environments'][string]
