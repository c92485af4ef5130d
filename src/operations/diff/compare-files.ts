import { compareDotenv, type VariableChanges } from '../env/parse-dotenv.ts'
import type { BundleFile } from '../../deploy/model/ports.ts'
import { compareNames, type Change } from './compare-names.ts'
import type { ReleaseSide } from './release-side.ts'

/** A shipped file that differs. */
export type FileDiff = { path: string; change: Change } & (
  | { kind: 'text'; before: string; after: string }
  /** A shipped env file: names of variables only. */
  | { kind: 'variables'; variables: VariableChanges }
  /** A Compose secret or a private key; its content is not shown. */
  | { kind: 'secret' }
  | { kind: 'binary'; bytesBefore: number; bytesAfter: number }
  /** Only the executable bit differs. */
  | { kind: 'mode'; modeBefore: number; modeAfter: number }
)

/** The files that differ between two releases, in content or mode. */
export function compareFiles(from: ReleaseSide, to: ReleaseSide): FileDiff[] {
  const [before, after] = [byPath(from.files), byPath(to.files)]
  return compareNames(before, after, isSame).map(({ name: path, change }) => ({
    path,
    change,
    ...contentDiff(before[path], after[path], from.secretPaths.has(path) || to.secretPaths.has(path)),
  }))
}

type ContentDiff = FileDiff extends infer Diff
  ? Diff extends FileDiff
    ? Omit<Diff, 'path' | 'change'>
    : never
  : never

function contentDiff(
  before: BundleFile | undefined,
  after: BundleFile | undefined,
  isSecret: boolean,
): ContentDiff {
  if (before !== undefined && after !== undefined && isSameContent(before, after))
    return { kind: 'mode', modeBefore: before.mode, modeAfter: after.mode }
  const [old, now] = [textOf(before), textOf(after)]
  if (isSecret || PRIVATE_KEY.test(old) || PRIVATE_KEY.test(now)) return { kind: 'secret' }
  if (ENV_FILE.test(after?.path ?? before?.path ?? ''))
    return { kind: 'variables', variables: compareDotenv(old, now) }
  if (old.includes('\0') || now.includes('\0'))
    return {
      kind: 'binary',
      bytesBefore: before?.content.length ?? 0,
      bytesAfter: after?.content.length ?? 0,
    }
  return { kind: 'text', before: old, after: now }
}

const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/
const ENV_FILE = /(^|\/)(\.env(\.[^/]*)?|[^/]*\.env)$/

function byPath(files: readonly BundleFile[]): Record<string, BundleFile> {
  return Object.fromEntries(files.map((file) => [file.path, file]))
}

function isSame(a: BundleFile, b: BundleFile): boolean {
  return isSameContent(a, b) && isExecutable(a) === isExecutable(b)
}

function isSameContent({ content: a }: BundleFile, { content: b }: BundleFile): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

function isExecutable({ mode }: BundleFile): boolean {
  return (mode & 0o111) !== 0
}

function textOf(file: BundleFile | undefined): string {
  return file === undefined ? '' : new TextDecoder().decode(file.content)
}
