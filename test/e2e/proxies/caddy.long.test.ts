import { beforeAll } from 'vitest'
import { pushFieldImages } from '../../support/images/field/field-images.ts'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { caddyCase } from './support/caddy-case.ts'
import { proxyContract } from './support/proxy-contract.ts'

const net = attachTestNet()
beforeAll(() => pushFieldImages(net.registry.pushHost))

// Without its administration, Caddy reloads at a signal; older versions are recreated then.
const global = '{\n\tadmin off\n}\n'

proxyContract({ ...caddyCase({ name: 'caddy', net, port: 8103, tag: '2', global }), mayReset: true })
