import { postJson } from '../../../adapters/notify/post-json.ts'
import type { NotifyTarget } from '../../../config/deploy-config.ts'
import { makeNotification, type Notification } from '../../../ui/notification/notification.ts'
import { renderNotificationText } from '../../../ui/notification/notification-text.ts'
import { renderSlack } from '../../../ui/notification/render-slack.ts'
import type { CliContext } from '../../command/context.ts'
import { deployerOf } from '../../command/deployer.ts'
import type { EnvironmentInput } from '../../command/load-environment.ts'
import type { ReleaseReporter } from './open-reporter.ts'

/**
 * Sends the notifications in dray.yml about a deploy, in parallel. A failure is a warning: it does not affect the deploy or
 * the exit code.
 */
export async function sendNotifications(
  input: EnvironmentInput,
  { reporter, context }: { reporter: ReleaseReporter; context: CliContext },
): Promise<void> {
  const { notify, environment } = input.config
  if (notify.length === 0) return
  const notification = makeNotification(reporter.deployState, {
    by: deployerOf(input, context),
    url: environment.url,
    durationMs: context.clock.now() - reporter.startedAtMs,
  })
  if (notification === undefined) return
  const wanted = notify.filter(({ on }) => on.includes(notification.event))
  await Promise.all(
    wanted.map(async (target) => {
      const problem = await send(target, notification, { input, context })
      if (problem !== undefined) reporter.note(`Cannot send a notification: ${problem}`, 'warning')
    }),
  )
}

/** Returns the problem in one sentence; undefined on success. */
async function send(
  { kind, variable }: NotifyTarget,
  notification: Notification,
  { input, context }: { input: EnvironmentInput; context: CliContext },
): Promise<string | undefined> {
  const address = input.values.secret(variable)
  if (address === undefined || address.isEmpty)
    return `${variable}, the variable with the URL for ${kind}, is not set.`
  const body =
    kind === 'slack'
      ? renderSlack(notification)
      : { ...notification, text: renderNotificationText(notification) }
  const problem = await postJson(address, body, { clock: context.clock })
  return problem === undefined ? undefined : `${problem} (${variable})`
}
