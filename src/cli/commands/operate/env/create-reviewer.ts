import { readComposeUses, readEnvExample } from '../../../../adapters/source/app-variables.ts'
import { deployTimeNames } from '../../../../config/environment-variables.ts'
import { parseDotenv } from '../../../../operations/env/parse-dotenv.ts'
import type { EnvListing } from '../../../../operations/env/ports.ts'
import { reviewVariables, type VariableReview } from '../../../../operations/env/review-variables.ts'
import type { EnvironmentInput } from '../../../command/load-environment.ts'

/** Compares `.env` of a host with what the repository needs. */
export type Reviewer = {
  /** There is a `.env.example`; without it, unused variables cannot be detected. */
  hasExample: boolean
  /** `mode`: permission bits of `.env` in octal digits; undefined if it does not exist. */
  review(listing: EnvListing): { mode: string | undefined; variables: VariableReview[] }
}

/** Reads `.env.example` and the variables of the compose files. Throws the errors of reading them. */
export async function createReviewer({ config }: EnvironmentInput): Promise<Reviewer> {
  const { projectDirectory, environment } = config
  const [text, uses] = await Promise.all([
    readEnvExample(projectDirectory),
    readComposeUses(projectDirectory, environment.composeFiles),
  ])
  const example = text === undefined ? undefined : parseDotenv(text).variables.map(({ name }) => name)
  return {
    hasExample: example !== undefined,
    review: (listing) => ({
      mode: listing.isThere ? listing.mode : undefined,
      variables: reviewVariables({
        listing,
        example,
        compose: uses.variables,
        envFileServices: uses.envFileServices,
        deployTime: [...deployTimeNames, ...Object.keys(environment.env)],
      }),
    }),
  }
}
