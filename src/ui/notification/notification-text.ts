import { releaseLabel } from '../../deploy/model/release.ts'
import { EXIT } from '../../errors/exit-code.ts'
import { renderCount } from '../../shared/bytes.ts'
import { renderDuration } from '../render/text/render-duration.ts'
import type { Notification } from './notification.ts'

/** The outcome in one sentence, without app and environment: `deployed release r12 (v1.4.0).` */
export function endSentence({ kind, outcome, release, tag, restores }: Notification): string {
  const target = restores === undefined ? (tag ?? '') : releaseLabel(restores.release, restores.tag)
  if (outcome === 'deployed') {
    return kind === 'rollback'
      ? `rolled back to ${target}, as release ${release ?? ''}.`
      : `deployed release ${releaseLabel(release ?? '', tag)}.`
  }
  const attempt = kind === 'rollback' ? 'rollback to' : 'deploy of'
  const named = target === '' ? kind : `${attempt} ${target}`
  return outcome === 'cancelled' ? `${named} cancelled.` : `${named} FAILED.`
}

/** The release that serves after a failure, in one sentence; undefined if it is unknown or nothing failed. */
export function servingSentence({ failure }: Notification): string | undefined {
  if (failure?.serving !== undefined) return failure.serving
  const isUntouched = failure?.exitCode === EXIT.precondition || failure?.exitCode === EXIT.usage
  return isUntouched ? 'Nothing was changed.' : undefined
}

/** `1,204 probe requests, 0 failed`; undefined if there was no probe. */
export function probePhrase({ probe }: Notification): string | undefined {
  if (probe === undefined || probe.requests === 0) return undefined
  return `${renderCount(probe.requests)} probe requests, ${renderCount(probe.failures)} failed`
}

/** The complete notification as plain text, a few lines. */
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
