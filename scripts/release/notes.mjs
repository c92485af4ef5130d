/**
 * Prints the notes of a release from the commits since the release before: `node scripts/release/notes.mjs TAG`. A subject is
 * `area: what changes`; areas that users do not see are left out.
 */
import { compareVersions } from 'compare-versions'
import { ifStarted, run } from './run.mjs'

/** What users do not see. */
const internalAreas = ['test', 'bench', 'ci', 'release', 'lint', 'examples', 'drill', 'reach', 'scripts']

/**
 * The release before a tag, by version; undefined for the first one.
 *
 * @param {string} tag
 * @param {readonly string[]} tags
 */
export function previousTag(tag, tags) {
  const isRelease = (/** @type {string} */ it) => /^v\d+\.\d+\.\d+(-.*)?$/.test(it)
  const older = tags.filter((it) => isRelease(it) && compareVersions(it, tag) < 0)
  // The notes of a release contain those of the versions that were tried before it.
  const counted = tag.includes('-') ? older : older.filter((it) => !it.includes('-'))
  return counted.sort(compareVersions).at(-1)
}

/**
 * @param {readonly string[]} subjects oldest first
 * @param {{ tag: string, previous: string | undefined, repository: string }} release
 * @returns {string} Markdown
 */
export function renderNotes(subjects, { tag, previous, repository }) {
  /** @type {Map<string, string[]>} */
  const areas = new Map()
  for (const subject of subjects) {
    const [, area = '', text = ''] = /^([\w, -]+): (.+)$/.exec(subject) ?? []
    const first = area.split(/[ ,]/)[0] ?? ''
    if (text === '' || internalAreas.includes(first)) continue
    areas.set(area, [...(areas.get(area) ?? []), `${text.charAt(0).toUpperCase()}${text.slice(1)}`])
  }
  const version = tag.slice(1)
  const changes = [...areas].sort(([a], [b]) => (a < b ? -1 : 1))
  const site = `https://github.com/${repository}`
  return [
    `\`npx dray@${version}\` · \`npm install -g dray@${version}\` · \`dray upgrade\` · [other ways](${site}/blob/${tag}/docs/upgrade.md)`,
    '',
    ...changes.map(([area, texts]) => `- **${area}**: ${texts.map(escapeMarkdown).join('; ')}`),
    ...(changes.length === 0 ? ['No change that users see.'] : []),
    '',
    ...(previous === undefined ? [] : [`All changes: ${site}/compare/${previous}...${tag}`, '']),
    `Check a file: \`gh attestation verify FILE --repo ${repository}\`, or its line in \`SHA256SUMS\`.`,
    '',
  ].join('\n')
}

/**
 * Keeps names with a meaning in Markdown and for GitHub as they are written: `@name`, `#12`, `<b>`.
 *
 * @param {string} text
 */
function escapeMarkdown(text) {
  return text.replaceAll(/[<>@#*_[\]]/g, (it) => `\\${it}`)
}

await ifStarted(import.meta.url, () => {
  const tag = process.argv[2]
  if (tag === undefined) throw new Error('Name the tag.')
  const previous = previousTag(tag, run('git', ['tag', '--list', 'v*']).split('\n'))
  // The tag of a release holds the built action; the first parent of that is the release's commit.
  const range = previous === undefined ? 'HEAD' : `${previous}..HEAD`
  const subjects = run('git', ['log', '--reverse', '--no-merges', '--format=%s', range]).split('\n')
  const repository = process.env['GITHUB_REPOSITORY'] ?? 'acme/dray'
  process.stdout.write(renderNotes(subjects, { tag, previous, repository }))
})
