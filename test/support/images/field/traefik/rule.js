/**
 * Reads a router's rule: Host, PathPrefix and Path, with `&&`, `||`, `!` and parentheses.
 * @returns a function that tells whether a request matches: `{ host, path }`
 * @throws with what it does not know
 */
export function parseRule(text) {
  const tokens = text.match(/&&|\|\||!|\(|\)|,|`[^`]*`|[A-Za-z]+|\S/g) ?? []
  const rule = parseEither(tokens)
  if (tokens.length > 0) throw new Error(`The rule ${text} goes on with ${tokens[0]}.`)
  return rule
}

function parseEither(tokens) {
  const parts = [parseBoth(tokens)]
  while (tokens[0] === '||') {
    tokens.shift()
    parts.push(parseBoth(tokens))
  }
  return (request) => parts.some((part) => part(request))
}

function parseBoth(tokens) {
  const parts = [parseOne(tokens)]
  while (tokens[0] === '&&') {
    tokens.shift()
    parts.push(parseOne(tokens))
  }
  return (request) => parts.every((part) => part(request))
}

function parseOne(tokens) {
  const token = tokens.shift()
  if (token === '!') {
    const part = parseOne(tokens)
    return (request) => !part(request)
  }
  if (token === '(') {
    const part = parseEither(tokens)
    expect(tokens, ')')
    return part
  }
  const matches = matchers[token?.toLowerCase()]
  if (matches === undefined) throw new Error(`The stand-in for Traefik does not know ${token}.`)
  expect(tokens, '(')
  const values = []
  while (tokens[0]?.startsWith('`') || tokens[0] === ',') {
    const value = tokens.shift()
    if (value !== ',') values.push(value.slice(1, -1))
  }
  expect(tokens, ')')
  return (request) => values.some((value) => matches(request, value))
}

const matchers = {
  host: ({ host }, value) => host.toLowerCase() === value.toLowerCase(),
  pathprefix: ({ path }, value) => path.startsWith(value),
  path: ({ path }, value) => path === value,
}

function expect(tokens, token) {
  const found = tokens.shift()
  if (found !== token) throw new Error(`A rule has ${found} where ${token} was expected.`)
}
