import { DrayError } from '../errors/dray-error.ts'
import type { TagRule } from './deploy-config.ts'

/** Facts about the checked-out repository. */
export type CommitObservation = {
  /** Full id of the commit. */
  headSha?: string
  /** Git tag of exactly this commit. */
  exactTag?: string
}

type Sources = {
  variables: Readonly<Record<string, string | undefined>>
  commit: CommitObservation
}

/** A tag and its source, for messages. */
type FoundTag = { tag: string; source: string }

/** Resolves a tag rule of dray.yml. Throws TAG_UNKNOWN if a value that the rule needs is unknown. */
export function resolveTagRule(rule: TagRule, sources: Sources): FoundTag {
  if (rule.kind === 'sha') {
    const found = findSha(sources)
    if (found !== undefined) return { tag: found.tag, source: `tag: sha (${found.source})` }
    throw new DrayError(
      'TAG_UNKNOWN',
      '`tag: sha` needs a commit, but this is not a git repository and GITHUB_SHA is not set.',
    )
  }
  if (rule.kind === 'version') {
    const found = findVersion(sources)
    if (found !== undefined) return { tag: found.tag, source: `tag: version (${found.source})` }
    throw new DrayError(
      'TAG_UNKNOWN',
      '`tag: version` needs a git tag, but the checked-out commit has no tag.',
      {
        hint: 'Add `--tag v1.2.3`, or check out the tag; in Actions, check out the history too (`fetch-depth: 0`).',
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
    throw new DrayError('TAG_UNKNOWN', `\`tag: ${text}\` needs ${name}, which is not set.`, {
      hint: `Set ${name} in the environment, or add \`--tag TAG\`.`,
    })
  })
}

function valueOf(name: string, sources: Sources): string | undefined {
  const own = sources.variables[name]
  // A token in a tag would appear in every log.
  if (name === 'GITHUB_TOKEN') return undefined
  if (own) return own
  if (name === 'SHA') return findSha(sources)?.tag
  if (name === 'SHORT_SHA') return findSha(sources)?.tag.slice(0, 7)
  if (name === 'VERSION') return findVersion(sources)?.tag
  return undefined
}
