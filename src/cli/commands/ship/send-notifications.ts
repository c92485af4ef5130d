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
 * Tells those whom dray.yml names how a deploy ended, side by side. What goes wrong is a warning: it changes nothing of what
 * was deployed, nor of the exit code.
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
      const trouble = await send(target, notification, { input, context })
      if (trouble !== undefined) reporter.note(`A notification was not sent: ${trouble}`, 'warning')
    }),
  )
}

/** Gives a sentence on what went wrong; undefined where nothing did. */
async function send(
  { kind, variable }: NotifyTarget,
  notification: Notification,
  { input, context }: { input: EnvironmentInput; context: CliContext },
): Promise<string | undefined> {
  const address = input.values.secret(variable)
  if (address === undefined || address.isEmpty)
    return `${variable}, which is to hold the address for ${kind}, is not set.`
  const body =
    kind === 'slack'
      ? renderSlack(notification)
      : { ...notification, text: renderNotificationText(notification) }
  const trouble = await postJson(address, body, { clock: context.clock })
  return trouble === undefined ? undefined : `${trouble} (${variable})`
}
