import * as z from 'zod'
import { durationPattern, parseDuration } from '../shared/duration.ts'

/** Text that is not empty; `what` is what it should have been, for the message. */
export const text = (what: string) => z.string().min(1, `expected ${what}, found nothing`)

const durationMessage = 'expected a duration with its unit, such as 30s or 1m30s'

/** As `parseDuration` reads it. */
export const duration = z
  .string(durationMessage)
  .regex(durationPattern, durationMessage)
  .refine(
    (text) => !durationPattern.test(text) || parseDuration(text) !== undefined,
    'expected a shorter duration',
  )
  .meta({ typeName: 'duration' })

/** A list of words that is run as it is, or a line for the shell. */
export const command = z.union([text('a command'), z.array(z.string()).min(1, 'expected a command')], {
  error: 'expected a command, as a list of words or one line for the shell',
})

/** The name of a variable, as `$NAME`, for what must not stand in the file; `holds` says what the variable holds. */
export const variableReference = (holds: string, example: string) =>
  z
    .string()
    .regex(
      /^\$(?:[A-Za-z_][A-Za-z0-9_]*|\{[A-Za-z_][A-Za-z0-9_]*\})$/,
      `expected the name of a variable that holds it, such as ${example}, never the ${holds} itself`,
    )

/** A service of the compose file. */
export const serviceName = z
  .string()
  .regex(/^[a-zA-Z0-9._-]+$/, 'expected the name of a service (letters, digits, `.`, `_` and `-`)')

/** A block that may stand at the top and in an environment. */
export const probe = z.strictObject({
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

/** Commands on the machine that dray runs on, at the top and in an environment. */
export const hooks = z.strictObject({
  before: command.optional().meta({
    description:
      'Runs when the plan is made and before anything is touched. When it fails, nothing is deployed.',
    examples: ['./scripts/backup.sh'],
  }),
  after: command.optional().meta({
    description: 'Runs when the release is in place. When it fails, that is a warning.',
    examples: [['npm', 'run', 'purge-cdn']],
  }),
  failure: command.optional().meta({
    description:
      'Runs when a deploy or a rollback failed or was cancelled. When it fails, that is a warning.',
    examples: ['./scripts/tell-on-call.sh'],
  }),
  timeout: duration.optional().meta({
    description: 'How long each of them may take.',
    examples: ['2m'],
    defaultText: '5m',
  }),
})

const notifyTarget = z.strictObject({
  slack: variableReference('address', '$SLACK_WEBHOOK_URL')
    .optional()
    .meta({
      description: 'Name of the variable that holds the address of an incoming webhook of Slack.',
      examples: ['$SLACK_WEBHOOK_URL'],
    }),
  webhook: variableReference('address', '$DEPLOY_WEBHOOK_URL')
    .optional()
    .meta({
      description:
        'Name of the variable that holds the address that JSON is posted to. Either this or `slack`.',
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
        '`success`: a deploy put a release in place; `rollback`: a rollback did; `failure`: one of them failed or was cancelled.',
      examples: [['failure', 'rollback']],
      defaultText: 'all of them',
    }),
})

/** Who is told how a deploy ended, at the top and in an environment. */
export const notify = z.array(notifyTarget, { error: 'expected a list' })

/** Number of releases, at the top and in an environment. */
export const keep = z
  .int({ error: 'expected a whole number' })
  .min(1, 'expected 1 or more')
  .max(100, 'expected 100 or less')

/** What may be done about the room on a host; a block that may stand at the top and in an environment. */
export const disk = z.strictObject({
  limit: z
    .int({ error: 'expected a whole number' })
    .min(1, 'expected 1 or more')
    .max(100, 'expected 100 or less')
    .optional()
    .meta({
      description:
        'How full, in percent, the disk of the images may be before a deploy makes room on it. A pull that does not fit makes room in any case.',
      examples: [80],
      defaultText: '80',
    }),
  sweep: z
    .enum(['none', 'safe', 'aggressive'], { error: 'expected none, safe or aggressive' })
    .optional()
    .meta({
      description:
        '`safe`: what no app and no kept release needs goes, step by step until there is room. `aggressive`: all that nobody uses goes at once, unused volumes included; refused while one of them has a name that `expendable` does not list. `none`: nothing goes.',
      examples: ['safe'],
      defaultText: '`safe`; for the host `local` it is `none`',
    }),
  volumes: z
    .enum(['keep', 'anonymous'], { error: 'expected keep or anonymous' })
    .optional()
    .meta({
      description:
        '`keep`: no volume is ever removed. `anonymous`: one that has no name of its own, and that no container has, may go.',
      examples: ['keep'],
      defaultText: 'keep',
    }),
  expendable: z
    .array(text('the name of a volume'))
    .optional()
    .meta({
      description: 'Named volumes that `sweep: aggressive` may delete while no container has them.',
      omitFromExample: true,
      examples: [['shop_cache']],
      defaultText: 'none',
    }),
})
