import type { UrlObservation } from '../../../operations/doctor/doctor-observation.ts'
import { askUrl } from '../../../deploy/execute/ask-url.ts'
import { entrancesOf } from '../../../deploy/model/entrance.ts'
import type { Entrance } from '../../../deploy/model/prober.ts'
import type { DirectoryObservation } from '../../../deploy/model/ports.ts'
import { newestRelease } from '../../../deploy/model/release.ts'
import type { ConnectedHost } from '../../command/connect-hosts.ts'
import type { ExaminedWith } from './examined-with.ts'

/** An app whose answer is bad is asked again for this long. */
const ASK_MS = 1_000

/**
 * Asks the URL of the probe and the ports that answered after the last deploy; without any, the URL that a deploy would guess.
 * Returns the first whose answer is bad, else the first; undefined without a URL.
 */
export async function examineUrl(
  { target: { prober } }: ConnectedHost,
  {
    guess,
    observation,
    isRunning,
  }: { guess: Entrance | undefined; observation: DirectoryObservation; isRunning: boolean },
  { desired, lookUp, context: { clock, signal } }: ExaminedWith,
): Promise<UrlObservation | undefined> {
  const { probeUrl } = desired
  if (probeUrl === false) return undefined
  const known = entrancesOf(newestRelease(observation.releases), probeUrl)
  const entrances = known.length > 0 ? known : [guess ?? []].flat()
  const [first] = entrances
  if (first === undefined || !isRunning) return first && lookUp(first.url)
  const asked = { prober, clock, forMs: ASK_MS, signal }
  const answers = await Promise.all(entrances.map((entrance) => askUrl(entrance, asked)))
  const worst = answers.find((it) => !it.isGood) ?? answers[0]
  if (worst === undefined) return undefined
  const { entrance, answer, isGood } = worst
  const isGuess = known.length === 0 && probeUrl === undefined
  return {
    ...(await lookUp(entrance.url)),
    answered: { answer, isGood, ...(isGuess && { guess: true as const }) },
  }
}
