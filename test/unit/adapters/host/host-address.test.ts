import { expect, test } from 'vitest'
import { parseHostAddress } from '../../../../src/adapters/host/host-address.ts'

test.each([
  ['test.example.com', { destination: 'test.example.com' }],
  ['deploy@test.example.com', { destination: 'deploy@test.example.com' }],
  ['deploy@10.0.0.7:2222', { destination: 'deploy@10.0.0.7', port: 2222 }],
  ['ssh://deploy@test.example.com:2222', { destination: 'deploy@test.example.com', port: 2222 }],
  ['SSH://test.example.com/', { destination: 'test.example.com' }],
  ['my_server', { destination: 'my_server' }],
  ['deploy@[::1]:2222', { destination: 'deploy@::1', port: 2222 }],
  ['deploy@fe80::1%eth0', { destination: 'deploy@fe80::1%eth0' }],
  ['jane@acme@jump', { destination: 'jane@acme@jump' }],
])('%s is read', (text, address) => {
  expect(parseHostAddress(text)).toEqual({ port: undefined, ...address })
})

test.each([
  '',
  '-oProxyCommand=id',
  'deploy@-oProxyCommand=id',
  '-x@host',
  'ssh://-oProxyCommand=id',
  'host name',
  'host:0',
  'host:65536',
  'host:ssh',
  'user@',
  '@host',
  'host;id',
  '$(id)@host',
  'host/path',
  'host\n',
])('%j is refused', (text) => {
  expect(() => parseHostAddress(text)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
})
