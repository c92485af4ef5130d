import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cloneDirectory } from './machine.ts'
import { mustRun } from './run-command.ts'

/** The names that the registry answers to with TLS; the last is where GHCR keeps its blobs. */
export const registryNames = ['ghcr.io', 'registry.example.com', 'pkg-containers.githubusercontent.com']

export type Certificates = { caFile: string; certificateFile: string; keyFile: string }

/** A certificate authority for tests and one certificate for all registry names, made once and kept in .cache. */
export async function ensureCertificates(): Promise<Certificates> {
  const directory = join(cloneDirectory, '.cache/test-net-certificates')
  if (!existsSync(directory)) await makeCertificates(directory)
  return {
    caFile: join(directory, 'ca.crt'),
    certificateFile: join(directory, 'registry.crt'),
    keyFile: join(directory, 'registry.key'),
  }
}

async function makeCertificates(directory: string): Promise<void> {
  mkdirSync(join(cloneDirectory, '.cache'), { recursive: true })
  const fresh = mkdtempSync(`${directory}.`)
  const openssl = (...args: string[]) => mustRun(['openssl', ...args], { cwd: fresh })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const authority = [
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
    '-subj',
    '/CN=dray test authority',
    '-days',
    '3650',
  ]
  await openssl('req', '-x509', ...newKey, ...authority)
  await openssl('req', ...newKey, '-keyout', 'registry.key', '-out', 'registry.csr', '-subj', '/CN=ghcr.io')
  writeFileSync(
    join(fresh, 'names.cnf'),
    `subjectAltName=${registryNames.map((name) => `DNS:${name}`).join(',')}\n`,
  )
  const signing = [
    '-CA',
    'ca.crt',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-days',
    '3650',
    '-extfile',
    'names.cnf',
  ]
  await openssl('x509', '-req', '-in', 'registry.csr', ...signing, '-out', 'registry.crt')
  // Users who are not root read the authority's certificate, too.
  chmodSync(fresh, 0o755)
  if (!existsSync(directory)) renameSync(fresh, directory)
}
