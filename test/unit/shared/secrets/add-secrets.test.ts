import { expect, test } from 'vitest'
import { addSecrets } from '../../../../src/shared/secrets/add-secrets.ts'
import { Secret } from '../../../../src/shared/secrets/secret.ts'

test('a value that is known is not added again, nor twice', () => {
  const known = [new Secret('hunter2')]
  for (let look = 0; look < 3; look += 1)
    addSecrets(known, [new Secret('hunter2'), new Secret('swordfish'), new Secret('swordfish')])
  expect(known.map((secret) => secret.reveal())).toEqual(['hunter2', 'swordfish'])
})
