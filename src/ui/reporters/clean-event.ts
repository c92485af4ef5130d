import type { DeployEvent } from '../../deploy/model/events.ts'
import type { Redactor } from '../../shared/secrets/redact.ts'
import { stripControl } from '../../shared/strip-control.ts'

/**
 * Makes every text of an event safe to print: masks secrets and removes control characters, except line breaks. The output
 * of servers and containers must not control the terminal or leak a secret, so this runs before every reporter.
 */
export function cleanEvent(event: DeployEvent, redact: Redactor): DeployEvent {
  // Control characters are removed first: in the middle of a token they would hide it from the redactor.
  return cleanValue(event, (text) => redact(stripControl(text)))
}

/** Cleans every text in a value, at any depth. */
export function cleanValue<Value>(value: Value, clean: (text: string) => string): Value
export function cleanValue(value: unknown, clean: (text: string) => string): unknown {
  if (typeof value === 'string') return clean(value)
  if (Array.isArray(value)) return value.map((item) => cleanValue<unknown>(item, clean))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, cleanValue<unknown>(item, clean)]),
  )
}
