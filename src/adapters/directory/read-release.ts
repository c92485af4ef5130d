import * as z from 'zod'
import { DrayError } from '../../errors/dray-error.ts'
import { isDigest, type Digest } from '../../deploy/model/image-reference.ts'
import { RECORD_FORMAT } from '../../deploy/model/record-format.ts'
import { JOURNALED_RELEASE_ID, readCommit, RELEASE_ID, type Release } from '../../deploy/model/release.ts'
import { parseJson } from '../../shared/parse-json.ts'
import { isBundlePath } from '../source/bundle-path.ts'
import { timeMs } from './time-ms.ts'
import { refuseNewer } from './written-by.ts'

const releaseSchema = z.object({
  version: z.literal(RECORD_FORMAT),
  writtenBy: z.string().optional(),
  id: z.string().regex(RELEASE_ID),
  app: z.string(),
  environment: z.string(),
  project: z.string(),
  tag: z.string().optional(),
  // It is only shown: one of another form is left out, and the record is still read.
  commit: z.unknown().transform(readCommit).optional(),
  restores: z.string().regex(RELEASE_ID).optional(),
  follows: z.string().regex(RELEASE_ID).optional(),
  createdAtMs: timeMs,
  by: z.object({ user: z.string(), machine: z.string(), run: z.string().optional() }),
  services: z.record(
    z.string(),
    z.object({
      image: z.string(),
      adoptedName: z.string().optional(),
      digest: z.custom<Digest>((value) => typeof value === 'string' && isDigest(value)),
      tag: z.string().optional(),
      replicas: z.number(),
      definitionHash: z.string(),
      configHash: z.string(),
      specHash: z.string().optional(),
    }),
  ),
  inactive: z
    .record(
      z.string(),
      z.object({ profiles: z.array(z.string()), image: z.string().optional(), definitionHash: z.string() }),
    )
    .optional(),
  elsewhere: z.array(z.string()).optional(),
  // These names are removed, replaced and restored, so a container that can write to the directory must not control them.
  files: z.record(z.string().refine(isBundlePath), z.string().regex(/^[0-9a-f]{64}$/)),
  variables: z.array(z.string()),
  valueHashes: z.record(z.string(), z.string()).optional(),
  networks: z.record(z.string(), z.string()),
  nodes: z.record(z.string(), z.string()).optional(),
  // A container may have written these. They are requested from the host only, where it could request them itself.
  entrances: z
    .array(
      z
        .object({
          url: z.url({ protocol: /^https?$/ }),
          below: z.number(),
          orStatus: z.number().optional(),
          domain: z.object({ anyIssuer: z.boolean() }).optional(),
        })
        .transform((entrance) => ({ ...entrance, fromHost: true as const })),
    )
    .optional(),
})

/** A release record on a host. Throws RECORD_NEWER for a higher format, and RECORD_UNREADABLE for an invalid record. */
export function readRelease(text: string, where: string): Release {
  const value = parseJson(text)
  refuseNewer(value, where)
  const parsed = releaseSchema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new DrayError('RECORD_UNREADABLE', `A release record in ${where}/.dray/releases cannot be read.`, {
    cause: parsed.error,
  })
}

/**
 * Release ids in the last lines of a journal; incomplete lines and those not written by a deploy are skipped. Throws
 * RECORD_NEWER if one has a higher format; `where` is the app's directory.
 */
export function releaseIdsIn(journal: string, where: string): string[] {
  return journal.split('\n').flatMap((line) => {
    const value = parseJson(line)
    refuseNewer(value, where)
    const entry = z.object({ release: z.string().regex(JOURNALED_RELEASE_ID) }).safeParse(value)
    return entry.success ? [entry.data.release] : []
  })
}
