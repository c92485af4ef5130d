import { describe, expect, test } from 'vitest'
import { parseNginx, type Directive } from '../../../../src/check/parse/nginx.ts'
import { textOf } from '../../../../src/check/source-file.ts'

function parse(text: string): readonly Directive[] {
  return parseNginx({ path: 'nginx.conf', text }).directives
}

/** `block block: name argument|argument` of each directive. */
function show(text: string): string[] {
  return parse(text).map(({ name, arguments: words, blocks }) =>
    [...blocks.map((block) => block.name), `${name}: ${words.map((word) => word.text).join('|')}`].join(' '),
  )
}

describe('directives', () => {
  test('have a name, arguments and the blocks around them', () => {
    const text =
      'http {\n  server {\n    listen 80 default_server;\n    location / { proxy_pass http://app:8000; }\n  }\n}\n'
    expect(show(text)).toEqual([
      'http: ',
      'http server: ',
      'http server listen: 80|default_server',
      'http server location: /',
      'http server location proxy_pass: http://app:8000',
    ])
  })

  test('leave a block when it ends', () => {
    expect(show('a { b; } c;')).toEqual(['a: ', 'a b: ', 'c: '])
  })

  test('have arguments without quotes, and with brackets and semicolons within them', () => {
    expect(show(`log_format main '$a; {b}' "c \\"d\\"" e\\;f;`)).toEqual([
      'log_format: main|$a; {b}|c \\"d\\"|e\\;f',
    ])
  })

  test('keep variables in braces together', () => {
    expect(show('set $host "${name}.x"; proxy_pass http://${host}:80;')).toEqual([
      'set: $host|${name}.x',
      'proxy_pass: http://${host}:80',
    ])
  })

  test('are not in comments, and a number sign in a word begins none', () => {
    expect(show('# a b;\nc d#e; # f;\ng;')).toEqual(['c: d#e', 'g: '])
  })

  test('stand where they are in the file', () => {
    const [, pass] = parse('location / {\n  proxy_pass http://app:8000;\n}\n')
    expect(pass && textOf(pass)).toBe('proxy_pass http://app:8000;')
    expect(pass?.arguments.map(textOf)).toEqual(['http://app:8000'])
  })
})

test.each(['', '}', '}}} a;', '{', '"', "a 'b", 'a', ';;', '\\', '{'.repeat(100)])(
  'text that is no configuration gives no error: %j',
  (text) => {
    for (const directive of parse(text)) expect(directive.end).toBeLessThanOrEqual(text.length)
  },
)
