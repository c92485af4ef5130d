import { DrayError } from '../errors/dray-error.ts'
import { Secret } from '../shared/secrets/secret.ts'
import { isSecretName } from '../shared/secrets/secret-name.ts'
import type { DeployConfig } from './deploy-config.ts'
import type { EnvFile } from './env-file.ts'
import { deployTimeNames } from './environment-variables.ts'
import { resolveTagRule, type CommitObservation } from './tag-rule.ts'

export type Variables = Readonly<Record<string, string | undefined>>

/** The one-shot values of one deploy. */
export type DeployValues = {
  /** The tag to deploy, also `IMAGE_TAG` in `composeVariables`; undefined if the default of the compose file applies. */
  tag: string | undefined
  /** The source of the tag, for messages: `--tag`, `IMAGE_TAG`, `tag: sha (GITHUB_SHA)`. */
  tagSource: string | undefined
  registryOwner: string | undefined
  githubActor: string | undefined
  /** Empty if it was set empty, a mistake that the login reports. */
  githubToken: Secret | undefined
  /** Variables for `${…}` in the compose file, beside the server's `.env`. The token is never among them. */
  composeVariables: Readonly<Record<string, string>>
  /** Every variable but GITHUB_TOKEN. A function, so that it is never printed. */
  variables(): Variables
  /** A variable that holds a secret, such as GITHUB_TOKEN, the password of a registry or the URL of a webhook. */
  secret(name: string): Secret | undefined
  /** Values that must not appear in any output; the list may grow. */
  secrets: readonly Secret[]
  warnings: readonly string[]
}

export type DeployValuesInput = {
  config: DeployConfig
  /** `--tag`. */
  tag?: string
  envFile?: EnvFile
  /** The environment of the command. */
  env: Variables
  commit: CommitObservation
  /** False if no release is made, so that no tag is needed. */
  wantsTag?: boolean
}

/**
 * The deploy-time values: from the options, else the file of deploy-time values, else the environment, else `env:` of
 * dray.yml, else derived. An empty IMAGE_TAG or REGISTRY_OWNER counts as not set, as in `${IMAGE_TAG:-latest}`.
 *
 * Throws TAG_UNKNOWN if the tag rule finds no tag, and IMAGE_INVALID for an invalid tag.
 */
export function makeDeployValues(input: DeployValuesInput): DeployValues {
  const { config, env } = input
  const fromFile = Object.fromEntries(input.envFile?.values ?? [])
  const { GITHUB_TOKEN: token, ...variables }: Variables = { ...config.environment.env, ...env, ...fromFile }
  const warnings = (input.envFile?.warnings ?? []).map((warning) => `File of deploy-time values: ${warning}`)

  const { tag, source: tagSource } = chooseTag(input, variables, warnings)
  const registryOwner = chooseOwner(config, variables, warnings)
  const githubToken = toSecret(token)
  const secret = (name: string) => (name === 'GITHUB_TOKEN' ? githubToken : toSecret(variables[name]))
  const { GITHUB_ACTOR: githubActor, ENV: envName = config.environment.name } = variables

  const known = { IMAGE_TAG: tag, REGISTRY_OWNER: registryOwner, GITHUB_ACTOR: githubActor, ENV: envName }
  return {
    tag,
    tagSource,
    registryOwner,
    githubActor,
    githubToken,
    composeVariables: withoutToken(
      { ...fillInEnvironment(config, known), ...fromFile, ...known },
      githubToken,
      warnings,
    ),
    variables: () => variables,
    secret,
    secrets: findSecrets(input, secret),
    warnings,
  }
}

/** Values without a tag, with one: the one that is deployed and the one that the compose file sees are always the same. */
export function withTag(values: DeployValues, tag: string, config: DeployConfig): DeployValues {
  const variables = { ...values.composeVariables, IMAGE_TAG: tag }
  const filledIn = withoutToken(fillInEnvironment(config, variables), values.githubToken, [])
  return { ...values, tag, composeVariables: { ...filledIn, ...variables } }
}

/**
 * `env:` of dray.yml with `${IMAGE_TAG}` and the other deploy-time values filled in. A variable that needs one without a value
 * is left out, so that the default of the compose file applies.
 */
function fillInEnvironment({ environment }: DeployConfig, known: Variables): Record<string, string> {
  const names = deployTimeNames.filter((name) => name !== 'GITHUB_TOKEN')
  return Object.fromEntries(
    Object.entries(environment.env).flatMap(([variable, text]): [string, string][] => {
      const used = names.filter((name) => text.includes(`\${${name}}`))
      if (used.some((name) => known[name] === undefined)) return []
      return [[variable, used.reduce((it, name) => it.replaceAll(`\${${name}}`, known[name] ?? ''), text)]]
    }),
  )
}

function chooseTag(input: DeployValuesInput, variables: Variables, warnings: string[]) {
  const chosen = findTag(input, variables, warnings)
  if (chosen.tag !== undefined && !/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(chosen.tag)) {
    throw new DrayError('IMAGE_INVALID', `\`${chosen.tag}\` (${chosen.source}) is not a valid image tag.`, {
      hint: 'Use up to 128 letters, digits, `_`, `.` and `-`. A tag must not start with `.` or `-`.',
    })
  }
  return chosen
}

function findTag(input: DeployValuesInput, variables: Variables, warnings: string[]) {
  if (input.wantsTag === false) return { tag: undefined, source: undefined }
  if (input.tag !== undefined) return { tag: input.tag, source: '--tag' }
  const named = variables['IMAGE_TAG']
  if (named !== undefined && named !== '') return { tag: named, source: 'IMAGE_TAG' }
  if (named === '') warnings.push('IMAGE_TAG is empty and counts as not set.')
  const rule = input.config.environment.tagRule
  if (rule === undefined) return { tag: undefined, source: undefined }
  return resolveTagRule(rule, { variables, commit: input.commit })
}

function chooseOwner(config: DeployConfig, variables: Variables, warnings: string[]): string | undefined {
  const named = variables['REGISTRY_OWNER']
  if (named === undefined || named === '') return config.registry?.owner
  const owner = named.toLowerCase()
  if (owner !== named)
    warnings.push(
      'REGISTRY_OWNER has capital letters, which no registry accepts; it was changed to lower case.',
    )
  return owner
}

/** The token must not reach the compose file under another name. */
function withoutToken(
  variables: Variables,
  token: Secret | undefined,
  warnings: string[],
): Record<string, string> {
  const secret = token?.reveal() ?? ''
  const result: Record<string, string> = {}
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined || name === 'GITHUB_TOKEN') continue
    if (secret !== '' && value.includes(secret)) {
      warnings.push(`${name} holds the GitHub token and is not passed to the compose file.`)
    } else result[name] = value
  }
  return result
}

/** The variables of dray's environment that hold the token, the registry passwords and the URLs of webhooks. */
export function secretVariablesOf({
  registries,
  notify,
}: Pick<DeployConfig, 'registries' | 'notify'>): string[] {
  const passwords = Object.values(registries).flatMap(({ passwordVariable }) => passwordVariable ?? [])
  return ['GITHUB_TOKEN', ...passwords, ...notify.map(({ variable }) => variable)]
}

/** The token, the registry passwords, the URLs of webhooks, and other variables of the file whose names mark them as secrets. */
function findSecrets(input: DeployValuesInput, secret: DeployValues['secret']): Secret[] {
  const known: readonly string[] = deployTimeNames
  const named = [...(input.envFile?.values.keys() ?? [])].filter(
    (name) => !known.includes(name) && isSecretName(name),
  )
  return [...secretVariablesOf(input.config), ...named].flatMap((name) => {
    const value = secret(name)
    return value === undefined || value.isEmpty ? [] : [value]
  })
}

function toSecret(value: string | undefined): Secret | undefined {
  return value === undefined ? undefined : new Secret(value)
}
