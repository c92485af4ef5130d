import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { writeHosts } from '../../src/deploy/execute/proxies/write-hosts.ts'

const own = '127.0.0.1 localhost\n10.0.0.2 web'
let file: string

beforeEach(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'dray-hosts-'))
  // As small as a file system can be.
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'hosts', directory])
  onTestFinished(async () => {
    execFileSync('umount', [directory])
    await rm(directory, { recursive: true })
  })
  file = join(directory, 'hosts')
  await writeFile(file, `${own}\n`)
})

function write(text: string): number | null {
  const script = `${writeHosts.replaceAll('/etc/hosts', file)}\nwrite_hosts "$1"`
  return spawnSync('sh', ['-c', script, 'sh', text]).status
}

test('the file has the new text, and does not grow with each change', async () => {
  const pinned = `${own}\n10.0.0.3 api # dray shop 42`
  for (let round = 0; round < 3; round++) {
    expect(write(pinned)).toBe(0)
    expect(await readFile(file, 'utf8')).toBe(`${pinned}\n`)
    expect(write(own)).toBe(0)
    expect((await readFile(file, 'utf8')).trimEnd()).toBe(own)
    expect((await stat(file)).size).toBe(pinned.length + 1)
  }
})

test('on a full disk nothing of it is lost', async () => {
  spawnSync('sh', ['-c', 'cat /dev/zero > "$1"', 'sh', `${file}.other`])
  const longer = `${own}\n${'10.0.0.3 api # dray shop 42\n'.repeat(200)}`.trimEnd()
  expect(write(longer)).toBe(1)
  expect(await readFile(file, 'utf8')).toMatch(new RegExp(`^${own}\n`))
  expect(write(own)).toBe(0)
  expect((await readFile(file, 'utf8')).trimEnd()).toBe(own)
})

test('an empty text is refused', async () => {
  expect(write('')).toBe(1)
  expect(await readFile(file, 'utf8')).toBe(`${own}\n`)
})
