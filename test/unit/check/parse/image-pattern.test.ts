import { describe, expect, test } from 'vitest'
import { mayBeSame, parseImagePattern, showPattern } from '../../../../src/check/parse/image-pattern.ts'

test.each<[string, string, string, string | undefined]>([
  ['nginx', 'docker.io', 'nginx', undefined],
  ['nginx:1.28', 'docker.io', 'nginx', '1.28'],
  ['acme/shop:v1', 'docker.io', 'acme/shop', 'v1'],
  ['ghcr.io/acme/shop', 'ghcr.io', 'acme/shop', undefined],
  ['localhost:5000/shop:v1', 'localhost:5000', 'shop', 'v1'],
  ['localhost/shop', 'localhost', 'shop', undefined],
  ['ghcr.io/acme/shop:v1@sha256:abc', 'ghcr.io', 'acme/shop', 'v1'],
  ['ghcr.io/${OWNER:-acme}/shop:${TAG:-latest}', 'ghcr.io', '*/shop', '${TAG:-latest}'],
  ['ghcr.io/$OWNER/shop-$NAME', 'ghcr.io', '*/shop-*', undefined],
  ['ghcr.io/${OWNER:-${ORG:-acme}}/shop:$TAG', 'ghcr.io', '*/shop', '$TAG'],
  ['ghcr.io/acme/$1:${2}', 'ghcr.io', 'acme/*', '${2}'],
  ['ghcr.io/${REPO##*/}/x', 'ghcr.io', '*/x', undefined],
  ['${REGISTRY}/acme/shop', '*', 'acme/shop', undefined],
  ['${{ env.IMAGE }}:${{ github.sha }}', '**', '**', '${{ github.sha }}'],
  ['ghcr.io/${{ github.repository }}:v1', 'ghcr.io', '*/*', 'v1'],
  ['ghcr.io/acme/${{ matrix.name }}', 'ghcr.io', 'acme/*', undefined],
])('%s is in %s, named %s, with the tag %s', (text, registry, repository, tag) => {
  expect(parseImagePattern(text)).toEqual({ registry, repository, tag })
})

test('a name of GitHub is put in where it is known', () => {
  const name = (text: string): string => parseImagePattern(text, 'Acme/Shop').repository
  expect(name('ghcr.io/${{ github.repository }}')).toBe('Acme/Shop')
  expect(name('ghcr.io/${{ github.repository_owner }}/x')).toBe('Acme/x')
  expect(name('ghcr.io/acme/${{ github.event.repository.name }}')).toBe('acme/Shop')
})

describe('two patterns', () => {
  test.each([
    ['ghcr.io/acme/shop:v1', 'ghcr.io/Acme/Shop:v2'],
    ['ghcr.io/${OWNER}/shop', 'ghcr.io/acme/shop'],
    ['ghcr.io/acme/shop-${NAME}', 'ghcr.io/acme/shop-web'],
    ['${{ env.IMAGE }}', 'ghcr.io/acme/shop'],
    ['${REGISTRY}/acme/shop', 'ghcr.io/acme/shop'],
    ['ghcr.io/a/${X}-web', 'ghcr.io/a/shop-${Y}'],
  ])('may be the same: %s and %s', (one, other) => {
    expect(mayBeSame(parseImagePattern(one), parseImagePattern(other))).toBe(true)
    expect(mayBeSame(parseImagePattern(other), parseImagePattern(one))).toBe(true)
  })

  test.each([
    ['ghcr.io/acme/shop', 'acme/shop'],
    ['ghcr.io/acme/shop', 'ghcr.io/acme/shop/web'],
    ['ghcr.io/acme/shop-${NAME}', 'ghcr.io/acme/web'],
    ['ghcr.io/${OWNER}/shop', 'ghcr.io/acme/web'],
  ])('are not the same: %s and %s', (one, other) => {
    expect(mayBeSame(parseImagePattern(one), parseImagePattern(other))).toBe(false)
  })
})

test('shows what is not known as an ellipsis', () => {
  expect(showPattern(parseImagePattern('ghcr.io/${OWNER}/shop:v1'))).toBe('ghcr.io/…/shop')
  expect(showPattern(parseImagePattern('nginx:1.28'))).toBe('nginx')
})
