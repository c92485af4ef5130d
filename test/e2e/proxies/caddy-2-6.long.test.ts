import { beforeAll } from 'vitest'
import { pushFieldImages } from '../../support/images/field/field-images.ts'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { caddyCase } from './support/caddy-case.ts'
import { proxyContract } from './support/proxy-contract.ts'

const net = attachTestNet()
beforeAll(() => pushFieldImages(net.registry.pushHost))

proxyContract({ ...caddyCase({ name: 'caddy-2-6', net, port: 8104, tag: '2.6' }), mayReset: true })
