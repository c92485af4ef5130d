import type { DeployEvent } from '../../deploy/model/events.ts'
import type { Redactor } from '../../shared/redact.ts'
import { stripControl } from '../../shared/strip-control.ts'

/**
 * An event whose every text is safe to print: secrets masked, control characters gone, lines kept. What servers and
 * containers print must neither steer the terminal nor carry a secret on, so this comes before every reporter.
 */
export function cleanEvent(event: DeployEvent, redact: Redactor): DeployEvent {
  // Control characters go first, so that one in the middle of a token cannot hide it from the redactor.
  return cleanValue(event, (text) => redact(stripControl(text)))
}

/** A value with every text in it cleaned, however deep. */
export function cleanValue<Value>(value: Value, clean: (text: string) => string): Value
export function cleanValue(value: unknown, clean: (text: string) => string): unknown {
  if (typeof value === 'string') return clean(value)
  if (Array.isArray(value)) return value.map((item) => cleanValue<unknown>(item, clean))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, cleanValue<unknown>(item, clean)]),
  )
}
