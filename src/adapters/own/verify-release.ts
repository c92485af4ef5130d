import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DrayError } from '../../errors/dray-error.ts'
import { isVersion } from '../../shared/version/is-newer.ts'
import { LocalRunner } from '../host/local-runner.ts'
import { makePrivateDirectory } from '../host/private-directory.ts'
import type { ReleaseFiles } from './release-files.ts'

/** The signature's namespace, and the name of the signer in the list of signers; install.sh has the same. */
const NAMESPACE = 'dray-release'
const SIGNER = 'dray'
const MOST_BYTES = 64 * 1024

/** A release whose list of files has a valid signature. */
export type VerifiedRelease = {
  version: string
  /** SHA-256 of each file by its name. */
  checksums: ReadonlyMap<string, string>
}

/**
 * Reads `SHA256SUMS` of a release and checks its signature with `ssh-keygen`, as install.sh does. `signers` is a text in the
 * format of allowed signers: https://man.openbsd.org/ssh-keygen.1#ALLOWED_SIGNERS
 * Throws UPGRADE_FAILED and UPGRADE_UNVERIFIED.
 */
export async function verifyRelease(files: ReleaseFiles, signers: string): Promise<VerifiedRelease> {
  const [sums, signature] = await Promise.all([
    files('SHA256SUMS', MOST_BYTES),
    files('SHA256SUMS.sig', MOST_BYTES),
  ])
  await checkSignature({ sums, signature, signers })
  return readSums(Buffer.from(sums).toString('utf8'))
}

async function checkSignature(parts: {
  sums: Uint8Array<ArrayBuffer>
  signature: Uint8Array
  signers: string
}): Promise<void> {
  await using directory = await makePrivateDirectory('upgrade')
  const at = (name: string): string => join(directory.path, name)
  await writeFile(at('signers'), parts.signers)
  await writeFile(at('sig'), parts.signature)
  await using runner = new LocalRunner()
  const who = ['-f', at('signers'), '-I', SIGNER, '-n', NAMESPACE, '-s', at('sig')]
  const { exitCode, stderr, stdout } = await runner.run(['ssh-keygen', '-Y', 'verify', ...who], {
    input: parts.sums,
  })
  if (exitCode === 0) return
  if (exitCode === 127)
    throw new DrayError('UPGRADE_FAILED', 'There is no `ssh-keygen`, which checks the signature.', {
      hint: 'Install the OpenSSH client (Debian and Ubuntu: `openssh-client`).',
    })
  throw new DrayError(
    'UPGRADE_UNVERIFIED',
    'The signature of SHA256SUMS is not by the release key of dray.',
    {
      details: { logOf: 'ssh-keygen', logTail: `${stderr}${stdout}`.trim().split('\n') },
    },
  )
}

/** Lines of `sha256sum`. The name of the npm package contains the version. */
function readSums(text: string): VerifiedRelease {
  const lines = [...text.matchAll(/^([0-9a-f]{64}) [ *]([\w.-]+)$/gm)]
  const checksums = new Map(lines.map(([, hash = '', name = '']) => [name, hash]))
  const [version] = [...checksums.keys()].flatMap((name) => /^dray-(\d.*)\.tgz$/.exec(name)?.[1] ?? [])
  if (version === undefined || !isVersion(version))
    throw new DrayError('UPGRADE_UNVERIFIED', 'SHA256SUMS of the release does not name its version.')
  return { version, checksums }
}

/** Reads a file of a release. Throws UPGRADE_FAILED if it is not in the list, and UPGRADE_UNVERIFIED if it differs from it. */
export async function readVerified(
  files: ReleaseFiles,
  { version, checksums }: VerifiedRelease,
  { name, maxBytes }: { name: string; maxBytes: number },
): Promise<Uint8Array<ArrayBuffer>> {
  const expected = checksums.get(name)
  if (expected === undefined)
    throw new DrayError('UPGRADE_FAILED', `dray ${version} has no file ${name}, the one for this machine.`)
  const content = await files(name, maxBytes)
  if (createHash('sha256').update(content).digest('hex') === expected) return content
  throw new DrayError('UPGRADE_UNVERIFIED', `${name} of dray ${version} does not match its checksum.`)
}
