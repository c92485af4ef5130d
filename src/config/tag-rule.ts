import { DrayError } from '../errors/dray-error.ts'
import type { TagRule } from './deploy-config.ts'

/** What the checked-out repository says of itself. */
export type CommitObservation = {
  /** Full id of the commit. */
  headSha?: string
  /** Tag that names exactly this commit. */
  exactTag?: string
}

type Sources = {
  variables: Readonly<Record<string, string | undefined>>
  commit: CommitObservation
}

/** A tag and where it comes from, for people. */
type FoundTag = { tag: string; source: string }

/** Finds the tag that a rule of dray.yml means now. Throws TAG_UNKNOWN when what the rule needs is not known. */
export function resolveTagRule(rule: TagRule, sources: Sources): FoundTag {
  if (rule.kind === 'sha') {
    const found = findSha(sources)
    if (found !== undefined) return { tag: found.tag, source: `tag: sha (${found.source})` }
    throw new DrayError(
      'TAG_UNKNOWN',
      'The tag is to be the commit, but this is no git repository and GITHUB_SHA is not set.',
    )
  }
  if (rule.kind === 'version') {
    const found = findVersion(sources)
    if (found !== undefined) return { tag: found.tag, source: `tag: version (${found.source})` }
    throw new DrayError(
      'TAG_UNKNOWN',
      'The tag is to be the version, but no git tag names the commit that is checked out.',
      {
        hint: 'Name it: `--tag v1.2.3`; or check out the tag, with its history in Actions (`fetch-depth: 0`).',
      },
    )
  }
  return { tag: fillIn(rule.text, sources), source: `tag: ${rule.text}` }
}

function findSha({ variables, commit }: Sources): FoundTag | undefined {
  const fromActions = variables['GITHUB_SHA']
  if (fromActions) return { tag: fromActions, source: 'GITHUB_SHA' }
  return commit.headSha === undefined ? undefined : { tag: commit.headSha, source: 'git HEAD' }
}

function findVersion({ variables, commit }: Sources): FoundTag | undefined {
  const name = variables['GITHUB_REF_NAME']
  if (variables['GITHUB_REF_TYPE'] === 'tag' && name) return { tag: name, source: 'GITHUB_REF_NAME' }
  return commit.exactTag === undefined ? undefined : { tag: commit.exactTag, source: 'git tag' }
}

function fillIn(text: string, sources: Sources): string {
  return text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => {
    const value = valueOf(name, sources)
    if (value) return value
    throw new DrayError('TAG_UNKNOWN', `The tag is to be \`${text}\`, but ${name} is not known.`, {
      hint: `Set ${name} in the environment, or name the tag: \`--tag TAG\`.`,
    })
  })
}

function valueOf(name: string, sources: Sources): string | undefined {
  const own = sources.variables[name]
  // The token's way into a tag is the way into every log.
  if (name === 'GITHUB_TOKEN') return undefined
  if (own) return own
  if (name === 'SHA') return findSha(sources)?.tag
  if (name === 'SHORT_SHA') return findSha(sources)?.tag.slice(0, 7)
  if (name === 'VERSION') return findVersion(sources)?.tag
  return undefined
}
