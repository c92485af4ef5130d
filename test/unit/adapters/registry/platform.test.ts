import { expect, test } from 'vitest'
import { choosePlatform, renderPlatform } from '../../../../src/adapters/registry/platform.ts'
import type { Platform } from '../../../../src/deploy/model/ports.ts'

function parse(text: string): Platform {
  const [os = '', architecture = '', variant] = text.split('/')
  return { os, architecture, variant }
}

function choose(host: string, offered: string): string | undefined {
  const candidates = offered.split(' ').map((text) => ({ platform: parse(text), text }))
  return choosePlatform(candidates, parse(host))?.text
}

test.each([
  ['linux/amd64', 'linux/arm64 linux/amd64', 'linux/amd64'],
  ['linux/x86_64', 'linux/arm64 linux/amd64', 'linux/amd64'],
  ['linux/aarch64', 'linux/amd64 linux/arm64/v8', 'linux/arm64/v8'],
  ['linux/arm64', 'linux/arm/v7 linux/arm64', 'linux/arm64'],
  ['linux/arm64', 'linux/arm/v6 linux/arm/v7', 'linux/arm/v7'],
  ['linux/arm', 'linux/arm/v6 linux/arm/v7', 'linux/arm/v7'],
  ['linux/armv7l', 'linux/arm/v6 linux/arm/v5', 'linux/arm/v6'],
  ['linux/amd64/v3', 'linux/amd64 linux/amd64/v2 linux/amd64/v4', 'linux/amd64/v2'],
  ['linux/amd64/v3', 'linux/amd64', 'linux/amd64'],
  ['linux/amd64', 'linux/386', 'linux/386'],
  ['linux/riscv64', 'linux/amd64 linux/riscv64', 'linux/riscv64'],
])('a host of %s takes from %s the variant %s', (host, offered, chosen) => {
  expect(choose(host, offered)).toBe(chosen)
})

test.each([
  ['linux/amd64', 'linux/arm64 windows/amd64'],
  ['linux/arm/v6', 'linux/arm/v7'],
  ['linux/amd64', 'linux/amd64/v3'],
  ['linux/386', 'linux/amd64'],
])('a host of %s can run nothing of %s', (host, offered) => {
  expect(choose(host, offered)).toBeUndefined()
})

test('a platform is written as Docker writes it', () => {
  expect(renderPlatform(parse('linux/arm/v7'))).toBe('linux/arm/v7')
  expect(renderPlatform(parse('linux/amd64'))).toBe('linux/amd64')
})
