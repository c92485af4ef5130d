import type { EnvListing } from '../env/ports.ts'
import type { ComposeVariable } from '../env/review-variables.ts'
import type { GithubNames, GithubPlaces } from './github-names.ts'
import type { GithubUse } from './find-github-uses.ts'
import type { ServiceUse } from './find-uses.ts'

/** One value by name: where it is stored, its state, and its readers. */
export type SecretRow = {
  name: string
  /** `dray`: the environment of dray's own process. */
  kind: 'GitHub secret' | 'GitHub variable' | '.env' | 'deploy-time' | 'dray'
  /** The exact place: `the repository`, `production on deploy@a.example.com`. */
  location: string
  /** `given`: by GitHub or by every deploy. `unknown`: could not be read. `optional`: absent and not required. */
  state: 'present' | 'empty' | 'missing' | 'optional' | 'provided' | 'unknown'
  /** Lines of workflows, services, tasks. */
  readBy: readonly string[]
}

export type MatrixInput = {
  github: { uses: readonly GithubUse[]; names: GithubNames | undefined }
  environments: readonly MatrixEnvironment[]
  /** Variables used in dray.yml. */
  config: readonly { name: string; at: string }[]
  /** Names set in dray's environment. */
  here: ReadonlySet<string>
}

export type MatrixEnvironment = {
  name: string
  services: readonly ServiceUse[]
  /** Variables anywhere in the compose files and those they include. */
  compose: readonly ComposeVariable[]
  tasks: readonly { name: string; service: string }[]
  /** Names in `.env.example`. */
  example: readonly string[]
  /** Names that every deploy sets. */
  deployTime: readonly string[]
  /** Content of `.env` on each host; undefined if it could not be read. */
  hosts: readonly { host: string; listing: EnvListing | undefined }[]
}

/** Every secret and variable of an app, by place and name. */
export function makeMatrix(input: MatrixInput): SecretRow[] {
  return [
    ...githubRows(input.github),
    ...input.environments.flatMap(envRows),
    ...input.environments.flatMap(deployTimeRows),
    ...grouped(input.config).map(([name, uses]): SecretRow => ({
      name,
      kind: 'dray',
      location: 'here',
      state: input.here.has(name) ? 'present' : 'optional',
      readBy: uses.map(({ at }) => at),
    })),
  ]
}

/** Whether a required value is known to be missing. */
export function isIncomplete(rows: readonly SecretRow[]): boolean {
  return rows.some(({ state }) => state === 'missing' || state === 'empty')
}

function githubRows({ uses, names }: MatrixInput['github']): SecretRow[] {
  return (['secret', 'variable'] as const).flatMap((kind) =>
    grouped(uses.filter((use) => use.kind === kind)).flatMap(([name, ofName]) =>
      [...new Set(ofName.map(({ environment }) => environment))].map((environment): SecretRow => ({
        name,
        kind: `GitHub ${kind}`,
        ...placeOf(name, environment, names?.[kind]),
        readBy: ofName.filter((use) => use.environment === environment).map(({ at }) => at),
      })),
    ),
  )
}

/** GitHub's order of precedence: environment of the job, repository, organization. */
function placeOf(
  name: string,
  environment: string | undefined,
  places: GithubPlaces | undefined,
): Pick<SecretRow, 'location' | 'state'> {
  if (name === 'GITHUB_TOKEN') return { location: 'every job', state: 'provided' }
  const asked: [string, ReadonlySet<string> | undefined][] = [
    ...(environment === undefined
      ? []
      : [
          [`environment ${environment}`, places?.environments.get(environment)] as [
            string,
            ReadonlySet<string> | undefined,
          ],
        ]),
    ['the repository', places?.repository],
    ['the organization', places?.organization],
  ]
  // Names of GitHub secrets are case-insensitive.
  const found = asked.find(([, there]) => there?.has(name.toUpperCase()) === true)
  if (found !== undefined) return { location: found[0], state: 'present' }
  const location =
    environment === undefined ? 'the repository' : `environment ${environment} or the repository`
  return { location, state: asked.some(([, there]) => there === undefined) ? 'unknown' : 'missing' }
}

function envRows(environment: MatrixEnvironment): SecretRow[] {
  const { services, compose, example, deployTime, hosts } = environment
  const named = [
    ...services.flatMap(({ variables }) => [...variables.keys()]),
    ...compose.map(({ name }) => name),
  ]
  const there = hosts.flatMap(({ listing }) => (listing?.isThere === true ? listing.variables : []))
  const names = new Set([...example, ...named, ...there.map(({ name }) => name)])
  return [...names]
    .filter((name) => !deployTime.includes(name))
    .sort()
    .flatMap((name) =>
      hosts.map(({ host, listing }): SecretRow => {
        const isNeeded =
          example.includes(name) ||
          services.some(({ variables }) => variables.get(name) === true) ||
          compose.some((it) => it.name === name && it.required)
        return {
          name,
          kind: '.env',
          location: `${environment.name} on ${host}`,
          state: stateIn(listing, name, isNeeded),
          readBy: orExample(readersOf(name, environment), example.includes(name)),
        }
      }),
    )
}

/** A variable that only `.env.example` names is not unused, either. */
function orExample(readers: readonly string[], isInExample: boolean): readonly string[] {
  return readers.length === 0 && isInExample ? ['named in .env.example'] : readers
}

function stateIn(listing: EnvListing | undefined, name: string, isNeeded: boolean): SecretRow['state'] {
  if (listing === undefined) return 'unknown'
  const variable = listing.isThere ? listing.variables.find((it) => it.name === name) : undefined
  if (variable === undefined) return isNeeded ? 'missing' : 'optional'
  return variable.isEmpty && isNeeded ? 'empty' : 'present'
}

function deployTimeRows(environment: MatrixEnvironment): SecretRow[] {
  return environment.deployTime
    .map((name) => ({ name, readBy: readersOf(name, environment, { explicitly: true }) }))
    .filter(({ readBy }) => readBy.length > 0)
    .map(({ name, readBy }) => ({
      name,
      kind: 'deploy-time',
      location: environment.name,
      state: 'provided',
      readBy,
    }))
}

/** Services that read a variable, and their tasks; the compose file if it is used elsewhere in it, such as for a secret. */
function readersOf(
  name: string,
  { services, compose, tasks }: MatrixEnvironment,
  { explicitly = false } = {},
): string[] {
  const reading = services.filter(
    ({ readsAll, variables }) => variables.has(name) || (readsAll && !explicitly),
  )
  const isNamed = reading.some(({ variables }) => variables.has(name))
  return [
    ...(!isNamed && compose.some((it) => it.name === name) ? ['the compose file'] : []),
    ...reading.map(({ service }) => `service ${service}`),
    ...tasks
      .filter(({ service }) => reading.some((it) => it.service === service))
      .map((task) => `task ${task.name}`),
  ]
}

function grouped<Use extends { name: string }>(uses: readonly Use[]): [string, Use[]][] {
  const groups = new Map<string, Use[]>()
  for (const use of uses) groups.set(use.name, [...(groups.get(use.name) ?? []), use])
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1))
}
