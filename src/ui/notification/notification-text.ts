import { releaseLabel } from '../../deploy/model/release.ts'
import { EXIT } from '../../errors/exit-code.ts'
import { renderCount } from '../../shared/bytes.ts'
import { renderDuration } from '../render/render-duration.ts'
import type { Notification } from './notification.ts'

/** How it ended, in one sentence without app and environment: `release r12 (v1.4.0) is in place.` */
export function endSentence({ kind, outcome, release, tag, restores }: Notification): string {
  const what = restores === undefined ? (tag ?? '') : releaseLabel(restores.release, restores.tag)
  if (outcome === 'deployed') {
    return kind === 'rollback'
      ? `rolled back to ${what}, as release ${release ?? ''}.`
      : `release ${releaseLabel(release ?? '', tag)} is in place.`
  }
  const attempt = kind === 'rollback' ? 'rollback to' : 'deploy of'
  const named = what === '' ? kind : `${attempt} ${what}`
  return outcome === 'cancelled' ? `the ${named} was cancelled.` : `the ${named} FAILED.`
}

/** What serves after a failure, in one sentence; undefined where that is not known, or nothing failed. */
export function servingSentence({ failure }: Notification): string | undefined {
  if (failure?.serving !== undefined) return failure.serving
  const isUntouched = failure?.exitCode === EXIT.precondition || failure?.exitCode === EXIT.usage
  return isUntouched ? 'Nothing was touched.' : undefined
}

/** `1,204 requests of the probe, none failed`; undefined where there was no probe. */
export function probePhrase({ probe }: Notification): string | undefined {
  if (probe === undefined || probe.requests === 0) return undefined
  const failed = probe.failures === 0 ? 'none' : renderCount(probe.failures)
  return `${renderCount(probe.requests)} requests of the probe, ${failed} failed`
}

/** The whole of it as plain text, a few lines. */
export function renderNotificationText(notification: Notification): string {
  const { app, environment, failure, by, durationMs, url } = notification
  const facts = [`by ${by.user}`, renderDuration(durationMs), probePhrase(notification) ?? []].flat()
  return [
    `${app} on ${environment}: ${endSentence(notification)}`,
    failure === undefined ? [] : `${failure.message} [${failure.code}]`,
    servingSentence(notification) ?? [],
    `${facts.join(', ')}.`,
    by.run ?? [],
    url ?? [],
  ]
    .flat()
    .join('\n')
}
