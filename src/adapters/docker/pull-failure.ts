import { parseImageReference } from '../../deploy/model/image-reference.ts'
import type { Credentials } from '../../deploy/model/ports.ts'
import type { ErrorCode } from '../../errors/catalogue.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { stripControl } from '../../shared/strip-control.ts'
import { missingLoginHint, rejectedLoginHint } from '../registry/login-hint.ts'
import { where } from './docker-cli-failure.ts'

type Pull = { name: string; host: string; credentials: Pick<Credentials, 'passwordVariable'> | undefined }
type Sign = {
  says: RegExp
  code: ErrorCode | ((pull: Pull) => ErrorCode)
  message: (pull: Pull) => string
  temporary?: boolean
  hint?: (pull: Pull) => string | undefined
}

// The Engine forwards the text of the registry or the kernel without a code. The order matters: `denied` is in many of them.
const signs: readonly Sign[] = [
  {
    says: /no space left on device|disk quota exceeded/i,
    code: 'DISK_FULL',
    message: ({ name, host }) => `The disk of ${where(host)} was full before ${name} was pulled.`,
  },
  {
    says: /toomanyrequests|too many requests|rate limit|\b429\b/i,
    code: 'REGISTRY_RATE_LIMITED',
    message: ({ name }) => `The registry limits requests: ${name} was not pulled.`,
    temporary: true,
  },
  {
    says: /no matching manifest|does not match the specified platform/i,
    code: 'PLATFORM_MISSING',
    message: ({ name, host }) => `${name} has no variant for the processor of ${where(host)}.`,
  },
  {
    says: /manifest unknown|manifest for .* not found|name unknown/i,
    code: 'TAG_NOT_FOUND',
    message: ({ name }) => `The registry has no ${name}.`,
  },
  {
    says: /unauthorized|authentication required|no basic auth credentials|denied|forbidden|\b40[13]\b/i,
    code: ({ credentials }) => (credentials ? 'REGISTRY_FORBIDDEN' : 'REGISTRY_UNAUTHORIZED'),
    message: ({ name, credentials }) =>
      credentials
        ? `The registry rejected the login for ${name}.`
        : `The registry requires a login for ${name}.`,
    hint: ({ name, credentials }) => {
      const { registry } = parseImageReference(name)
      return credentials
        ? rejectedLoginHint(registry, credentials.passwordVariable)
        : missingLoginHint(registry)
    },
  },
]

const passing =
  /timeout|timed out|deadline exceeded|connection re(fused|set)|closed network connection|broken pipe|EOF|no such host|server misbehaving|unreachable|\b50[0234]\b|HTTP status: 5\d\d/i

/** Converts the Engine's message about a failed pull to an error. */
export function readPullFailure(text: string, pull: Pull): DrayError {
  const reason = stripControl(text).trim()
  const details = { logTail: [reason], logOf: 'docker pull' }
  const sign = signs.find(({ says }) => says.test(reason))
  if (sign) {
    const code = typeof sign.code === 'function' ? sign.code(pull) : sign.code
    return new DrayError(code, sign.message(pull), {
      details,
      temporary: sign.temporary,
      hint: sign.hint?.(pull),
    })
  }
  return new DrayError('PULL_FAILED', `${pull.name} could not be pulled on ${where(pull.host)}: ${reason}`, {
    details,
    temporary: passing.test(reason),
  })
}
