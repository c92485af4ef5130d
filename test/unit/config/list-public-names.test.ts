import { expect, test } from 'vitest'
import type { DeployConfig } from '../../../src/config/deploy-config.ts'
import { listPublicNames } from '../../../src/config/list-public-names.ts'

const config = (parts: {
  url?: string
  probe?: DeployConfig['probe']
  domains?: string[]
  hosts?: string[]
  nodes?: string[]
}): DeployConfig =>
  ({
    environment: { url: parts.url, hosts: parts.hosts ?? ['local'], nodes: parts.nodes ?? [] },
    probe: parts.probe,
    front: parts.domains && { domains: parts.domains.map((name) => ({ name })) },
  }) as unknown as DeployConfig

test('names and addresses of the URLs are public, their logins and paths are not', () => {
  const names = listPublicNames(
    config({
      url: 'https://app.example.com/start',
      probe: {
        url: 'http://ann:s3cret-word@shop.example.com:8320/health?key=abcdef123',
        timeoutMs: 1,
        everyMs: 1,
      },
    }),
  )
  expect([...names].sort()).toEqual([
    'app.example.com',
    'http://shop.example.com:8320',
    'http://shop.example.com:8320/',
    'https://app.example.com',
    'https://app.example.com/',
    'local',
    'shop.example.com',
    'shop.example.com:8320',
  ])
})

test('domains of the front, servers and nodes are public', () => {
  const names = listPublicNames(
    config({
      probe: false,
      domains: ['a.example.com'],
      hosts: ['ssh://deploy@b.example.com:2222', 'ann@c'],
      nodes: ['ann@w1'],
    }),
  )
  for (const name of ['a.example.com', 'https://a.example.com', 'b.example.com', 'ann@c', 'c', 'w1'])
    expect(names).toContain(name)
})
