import * as z from 'zod'
import { durationPattern, parseDuration } from '../shared/duration.ts'
import type { NonEmpty } from '../shared/non-empty.ts'

/** Text that is not empty; `what` names the expected text in the message. */
export const text = (what: string) => z.string().min(1, `expected ${what}, found nothing`)

const durationMessage = 'expected a duration with its unit, such as 30s or 1m30s'

/** A list with at least one item; `what` is what it should have, for the message. */
export const atLeastOne = <T>(item: z.ZodType<T>, what: string) =>
  // Zod's own type of such a list does not say so since its version 4.
  z.array(item).min(1, `expected ${what}`) as unknown as z.ZodType<NonEmpty<T>>

/** As `parseDuration` reads it. */
export const duration = z
  .string(durationMessage)
  .regex(durationPattern, durationMessage)
  .refine(
    (text) => !durationPattern.test(text) || parseDuration(text) !== undefined,
    'expected a shorter duration',
  )
  .meta({ typeName: 'duration' })

/** A list of arguments, run without a shell, or a line for the shell. */
export const command = z.union([text('a command'), z.array(z.string()).min(1, 'expected a command')], {
  error: 'expected a command, as a list of arguments or one line for the shell',
})

/** The name of a variable, as `$NAME`, for a value that must not be in the file; `holds` names the value. */
export const variableReference = (holds: string, example: string) =>
  z
    .string()
    .regex(
      /^\$(?:[A-Za-z_][A-Za-z0-9_]*|\{[A-Za-z_][A-Za-z0-9_]*\})$/,
      `expected the name of a variable, such as ${example}, never the ${holds} itself`,
    )

/** A service of the compose file. */
export const serviceName = z
  .string()
  .regex(/^[a-zA-Z0-9._-]+$/, 'expected the name of a service (letters, digits, `.`, `_` and `-`)')

const probeSettings = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'expected a URL that starts with http:// or https://' }).meta({
    description: 'URL to request, through the proxy, as seen from the host.',
    examples: ['http://localhost/api/health'],
  }),
  timeout: duration.optional().meta({
    description: 'Timeout of one request.',
    examples: ['2s'],
    defaultText: '5s',
  }),
  every: duration.optional().meta({
    description: 'Interval between requests.',
    examples: ['1s'],
    defaultText: '100ms',
  }),
})

/** A block that is allowed at the top level and in an environment. */
export const probe = z.union([probeSettings, z.literal(false)], { error: 'expected `url:` or `false`' })

/** Commands on the machine that runs dray, at the top level and in an environment. */
export const hooks = z.strictObject({
  before: command.optional().meta({
    description:
      'Runs after the plan is made and before anything is changed. If it fails, nothing is deployed.',
    examples: ['./scripts/backup.sh'],
  }),
  after: command.optional().meta({
    description: 'Runs after the release is in place. If it fails, dray prints a warning.',
    examples: [['npm', 'run', 'purge-cdn']],
  }),
  failure: command.optional().meta({
    description:
      'Runs after a deploy or a rollback failed or was cancelled. If it fails, dray prints a warning.',
    examples: ['./scripts/tell-on-call.sh'],
  }),
  leave: command.optional().meta({
    description:
      'Runs for each host before its traffic switches, to take it out of a load balancer. If it fails, the deploy is undone.',
    examples: ['./scripts/load-balancer.sh'],
  }),
  join: command.optional().meta({
    description:
      'Runs for each host after its traffic has switched, to put it back into the load balancer. If it fails, the deploy is undone.',
    examples: ['./scripts/load-balancer.sh'],
  }),
  timeout: duration.optional().meta({
    description: 'Timeout of each hook.',
    examples: ['2m'],
    defaultText: '5m',
  }),
})

const notifyTarget = z.strictObject({
  slack: variableReference('URL', '$SLACK_WEBHOOK_URL')
    .optional()
    .meta({
      description: 'Name of the variable that holds the URL of a Slack incoming webhook.',
      examples: ['$SLACK_WEBHOOK_URL'],
    }),
  webhook: variableReference('URL', '$DEPLOY_WEBHOOK_URL')
    .optional()
    .meta({
      description:
        'Name of the variable that holds the URL for JSON POST requests. Use either this or `slack`.',
      omitFromExample: true,
      examples: ['$DEPLOY_WEBHOOK_URL'],
    }),
  on: z
    .array(z.enum(['success', 'failure', 'rollback'], { error: 'expected success, failure or rollback' }), {
      error: 'expected a list of success, failure and rollback',
    })
    .min(1, 'expected at least one of success, failure and rollback')
    .optional()
    .meta({
      description:
        '`success`: a deploy succeeded. `rollback`: a rollback succeeded. `failure`: a deploy or a rollback failed or was cancelled.',
      examples: [['failure', 'rollback']],
      defaultText: 'all of them',
    }),
})

/** Receivers of notifications, at the top level and in an environment. */
export const notify = z.array(notifyTarget, { error: 'expected a list' })

/** Number of archived releases, at the top level and in an environment. */
export const keep = z
  .int({ error: 'expected a whole number' })
  .min(1, 'expected 1 or more')
  .max(100, 'expected 100 or less')

/** Clean-up of disk space on a host, at the top level and in an environment. */
export const disk = z.strictObject({
  limit: z
    .int({ error: 'expected a whole number' })
    .min(1, 'expected 1 or more')
    .max(100, 'expected 100 or less')
    .optional()
    .meta({
      description:
        'Disk usage, in percent, from which a deploy frees disk space before its pull. It always does so if a pull does not fit.',
      examples: [80],
      defaultText: '80',
    }),
  sweep: z
    .enum(['none', 'safe', 'aggressive'], { error: 'expected none, safe or aggressive' })
    .optional()
    .meta({
      description:
        '`safe`: removes data that no app and no archived release needs, step by step until there is enough disk space. `aggressive`: removes all unused data at once, including volumes; refused if an unused volume has a name that `expendable` does not list. `none`: removes nothing.',
      examples: ['safe'],
      defaultText: '`safe`; for the host `local` it is `none`',
    }),
  volumes: z
    .enum(['keep', 'anonymous'], { error: 'expected keep or anonymous' })
    .optional()
    .meta({
      description:
        '`keep`: never removes a volume. `anonymous`: may remove anonymous volumes that no container uses.',
      examples: ['keep'],
      defaultText: 'keep',
    }),
  expendable: z
    .array(text('the name of a volume'))
    .optional()
    .meta({
      description: 'Named volumes that `sweep: aggressive` may delete while no container uses them.',
      omitFromExample: true,
      examples: [['shop_cache']],
      defaultText: 'none',
    }),
})

const domainName = z
  .string()
  .regex(
    /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/,
    'expected a domain in lower case, such as app.example.com',
  )

const domainTarget = z
  .string()
  .regex(/^[a-zA-Z0-9._-]+(?::[1-9]\d{0,4})?$/, 'expected a service, or a service and its port: web:3000')

/** A block that is allowed at the top level and in an environment. */
export const front = z.union(
  [
    z.boolean(),
    z.strictObject({
      services: atLeastOne(serviceName, 'at least one service')
        .optional()
        .meta({
          description: 'The services to put it in front of.',
          examples: [['web']],
          defaultText: 'every own service that publishes a port',
        }),
      domain: z
        .union(
          [domainName, atLeastOne(domainName, 'at least one domain'), z.record(domainName, domainTarget)],
          {
            error:
              'expected a domain such as app.example.com, a list of domains, or a service for each domain',
          },
        )
        .optional()
        .meta({
          description:
            "Domains to serve over HTTPS, with certificates from Let's Encrypt: the front is Caddy then, and also publishes ports 80 and 443. One domain or a list, or the service that each leads to, with its port if it publishes none or several.",
          examples: ['app.example.com', { 'app.example.com': 'web', 'api.example.com': 'api:8000' }],
          defaultText: 'none',
        }),
      acme: z
        .strictObject({
          url: z.url({ protocol: /^https$/, error: 'expected a URL that starts with https://' }).meta({
            description: 'The ACME directory of the certificate authority.',
            examples: ['https://ca.example.com/acme/acme/directory'],
          }),
          root: text('a file')
            .optional()
            .meta({
              description:
                'A file with the certificate by which the front trusts the authority, relative to the compose file.',
              examples: ['certs/ca.pem'],
              defaultText: 'the authorities that are publicly trusted',
            }),
        })
        .optional()
        .meta({
          description:
            "The certificate authority, such as one of your own, or that of Let's Encrypt for tests. dray then does not check by whom a certificate was issued.",
          defaultText: "Let's Encrypt",
        }),
    }),
  ],
  { error: 'expected true, false, or a mapping with `services` or `domain`' },
)
