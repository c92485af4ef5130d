import * as z from 'zod'
import { RECORD_FORMAT } from '../../deploy/model/record-format.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { version as ownVersion } from '../../shared/version/version.ts'

/** A record with the version of dray that writes it, after its format: `lockApp` finds the format at the beginning of a line. */
export function withWriter({
  version,
  ...fields
}: { version: number } & Readonly<Record<string, unknown>>): object {
  return { version, writtenBy: ownVersion, ...fields }
}

const newerSchema = z.object({
  version: z.int().gt(RECORD_FORMAT),
  // A container may have written it.
  writtenBy: z
    .string()
    .regex(/^\d{1,6}\.\d{1,6}\.\d{1,6}(?:-[\w.]{1,40})?$/)
    .optional()
    .catch(undefined),
})

/** Throws RECORD_NEWER for a parsed record of a higher format; `where` is the app's directory. */
export function refuseNewer(record: unknown, where: string): void {
  if (newerSchema.safeParse(record).success) throw newerFailure(record, where)
}

/** The error for a record of a higher format, which may have been cut off. */
export function newerFailure(record: unknown, where: string): DrayError {
  const { version, writtenBy } = newerSchema.safeParse(record).data ?? {}
  const writer = writtenBy === undefined ? 'A newer version of dray' : `dray ${writtenBy}`
  const format = version === undefined ? 'a newer format' : `format ${version}`
  return new DrayError(
    'RECORD_NEWER',
    `${writer} wrote records of ${format} in ${where}/.dray. This is dray ${ownVersion}, which reads formats up to ${RECORD_FORMAT}. Nothing was changed.`,
    writtenBy === undefined
      ? {}
      : {
          hint: `Use dray ${writtenBy} or newer: \`npx dray@${writtenBy}\`. docs/upgrade.md has the other ways.`,
        },
  )
}
