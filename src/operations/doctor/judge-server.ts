import { DrayError } from '../../errors/dray-error.ts'
import { renderBytes } from '../../shared/bytes.ts'
import { someNames } from '../../deploy/model/some-names.ts'
import { usedPercent } from '../../deploy/model/file-system.ts'
import type { CheckOutcome } from './checkup.ts'
import type { DoctorObservation, ServerObservation } from './doctor-observation.ts'
import { failed, good } from './outcomes.ts'

/** A file system with less free space than this cannot take the files of a release. */
const FULL_BYTES = 1_000_000

/** With a clock this far off, a certificate or token may count as expired or not yet valid. */
const CLOCK_WARNING_MS = 30_000

export function judgeTools({ missingTools }: ServerObservation, host: string): CheckOutcome {
  if (missingTools.length === 0) return good('installed')
  return failed(
    new DrayError(
      'HOST_COMMAND_FAILED',
      `${host} lacks ${missingTools.join(', ')}, which a deploy needs there.`,
      {
        hint: 'On Debian and Ubuntu, install the packages `coreutils`, `util-linux`, `tar`, `gzip`, `findutils` and `mawk`.',
      },
    ),
  )
}

export function judgeEnvFile(
  envFile: NonNullable<ServerObservation['envFile']>,
  {
    host,
    path,
    lackingVariables: lacking = [],
  }: Pick<DoctorObservation, 'host' | 'path' | 'lackingVariables'>,
): CheckOutcome {
  if ('failure' in envFile) return failed(envFile.failure)
  const { mode, readableByOthers } = envFile.value
  if (!readableByOthers && lacking.length > 0) {
    return {
      outcome: 'warning',
      value: `mode ${mode}, lacks ${lacking.length}`,
      message: `${path}/.env on ${host} lacks ${someNames(lacking)}, which .env.example names.`,
      hint: '`dray env ENVIRONMENT` lists the variables; `dray env ENVIRONMENT set NAME` adds one.',
    }
  }
  if (!readableByOthers) return good(`mode ${mode}`)
  return {
    outcome: 'warning',
    value: `mode ${mode}`,
    message: `${path}/.env on ${host} is readable by other users.`,
    hint: `On the server, run \`chmod 600 ${path}/.env\`.`,
  }
}

/** Whether the missing images fit is decided by the plan, which may free disk space first. */
export function judgeDisk(
  { fileSystems }: ServerObservation,
  { host, diskLimitPercent }: Pick<DoctorObservation, 'host' | 'diskLimitPercent'>,
): CheckOutcome {
  const value = fileSystems
    .map((it) => `${it.mount} ${usedPercent(it)} %, ${renderBytes(it.availableBytes)} free`)
    .join('; ')
  const full = fileSystems.find(({ availableBytes }) => availableBytes < FULL_BYTES)
  if (full !== undefined) {
    return failed(
      new DrayError(
        'DISK_FULL',
        `${full.mount} on ${host}, for ${full.holds.join(' and ')}, has no disk space left.`,
      ),
    )
  }
  const short = fileSystems.filter((it) => usedPercent(it) > diskLimitPercent)
  if (short.length === 0) return good(value)
  const names = short.map(({ mount, holds }) => `${mount}, for ${holds.join(' and ')},`).join(' and ')
  return {
    outcome: 'warning',
    value,
    message: `${names} on ${host} ${short.length === 1 ? 'is' : 'are'} more than ${diskLimitPercent} % full.`,
    hint: '`dray disk ENVIRONMENT` shows what uses the space; `dray clean ENVIRONMENT` removes what is not needed.',
  }
}

export function judgeClock({ clockAheadMs }: ServerObservation, host: string): CheckOutcome {
  const seconds = Math.round(Math.abs(clockAheadMs) / 1000)
  if (seconds === 0) return good('in sync')
  const value = `${seconds} s ${clockAheadMs > 0 ? 'ahead' : 'behind'}`
  if (Math.abs(clockAheadMs) < CLOCK_WARNING_MS) return good(value)
  return {
    outcome: 'warning',
    value,
    message: `The clock of ${host} is ${value} of this machine's.`,
    hint: 'With systemd: `sudo timedatectl set-ntp true`. A wrong clock can make certificates and tokens invalid.',
  }
}
