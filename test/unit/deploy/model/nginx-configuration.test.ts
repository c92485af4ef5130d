import { describe, expect, test } from 'vitest'
import { cutText } from '../../../../src/shared/cut-text.ts'
import type { Engine } from '../../../../src/deploy/model/ports.ts'
import {
  readNginx,
  readNginxConfiguration,
} from '../../../../src/deploy/model/proxies/nginx-configuration.ts'

const main = `
user nginx;
events { worker_connections 512; }
http {
    include mime.types;
    log_format json escape=json '{"status": "$status"}'; # include other.types; {
    include /etc/nginx/conf.d/*.conf;
    server { include snippets/gzip.conf; }
}
`

/** As `nginx -T` prints it. */
function dump(app: string, first = main): string {
  return [
    `# configuration file /etc/nginx/nginx.conf:\n${first}`,
    '# configuration file /etc/nginx/mime.types:\ntypes { text/html html; }\n',
    `# configuration file /etc/nginx/conf.d/app.conf:\n${app}\n`,
  ].join('\n')
}

const resolver = 'resolver 127.0.0.11 valid=10s;'

describe('nginx looks names up while it runs', () => {
  test.each([
    [
      'the name in a variable',
      `server { ${resolver} location / { set $to http://app:8000; proxy_pass $to; } }`,
    ],
    [
      'a variable behind the name',
      `${resolver} server { location / { proxy_pass http://app:8000$request_uri; } }`,
    ],
    [
      'a name in a quoted variable',
      `${resolver} server { location / { set $h "app"; grpc_pass "grpc://$h:50051"; } }`,
    ],
  ])('with `resolver` and %s', (_, app) => {
    expect(readNginxConfiguration(dump(app))).toMatchObject({ asksDns: true, asksDnsForServers: false })
  })

  test.each([
    ['a plain name', `server { ${resolver} location / { proxy_pass http://app:8000; } }`],
    ['a variable without `resolver`', 'server { location / { proxy_pass http://app:8000$request_uri; } }'],
    ['`resolver` in a comment', `# ${resolver}\nserver { location / { proxy_pass http://app$uri; } }`],
  ])('but not with %s', (_, app) => {
    expect(readNginxConfiguration(dump(app)).asksDns).toBe(false)
  })

  test.each([
    [
      'of an `upstream` with `resolve`',
      `upstream a { zone a 64k; ${resolver} server app:8000 resolve; }`,
      main,
    ],
    ['of a TCP proxy', '', `stream { ${resolver} server { listen 5432; set $to db:5432; proxy_pass $to; } }`],
  ])('for the servers %s', (_, app, first) => {
    expect(readNginxConfiguration(dump(app, first)).asksDnsForServers).toBe(true)
  })
})

test('the files that the main one includes in `http` by name', () => {
  expect(readNginxConfiguration(dump('')).includes).toEqual(['/etc/nginx/mime.types'])
})

test('names of upstreams, and numbers that may be ports', () => {
  const app = `upstream admin { server admin:9000; }
    map $host $port { default 8000; api.example.com "8001"; }
    server { listen 8080; set_real_ip_from 173.245.48.0/20; client_max_body_size 50m;
      location / { proxy_pass http://app:$port; } location /s { proxy_pass https://app:8443/s$uri; } }`
  const { groups, ports } = readNginxConfiguration(dump(app))
  expect(groups).toEqual(['admin'])
  expect(ports.toSorted((a, b) => a - b)).toEqual([80, 443, 512, 8000, 8001, 8080, 8443, 9000])
})

describe('the hosts that nginx sends requests to', () => {
  test.each<[string, string, string[]]>([
    ['none', 'server { root /srv; location /api/ { return 302 http://web/; } }', []],
    ['of a URL', 'server { location /jobs/ { proxy_pass http://API:8000/v1?a=b; } }', ['api']],
    [
      'of a quoted one',
      `server { location / { proxy_pass "https://web.shop_default"; } }`,
      ['web.shop_default'],
    ],
    [
      'of other protocols',
      'location / { fastcgi_pass php:9000; } location /g { grpc_pass grpc://g:1; }',
      ['php', 'g'],
    ],
    [
      'of a Python app, and by an address',
      'location / { uwsgi_pass app:1; } location /s { scgi_pass 10.0.0.7:1; }',
      ['app', '10.0.0.7'],
    ],
    ['of modules', 'location / { redis_pass cache:6379; }', ['cache']],
    [
      'of servers, without the name of the group',
      'upstream all { server api:1 weight=2; server web; } location / { proxy_pass http://all; }',
      ['api', 'web'],
    ],
    [
      'of a group with the name of its server',
      'upstream api { server api:1; } location / { proxy_pass http://api; }',
      ['api'],
    ],
    ['over a socket', 'location / { fastcgi_pass unix:/run/php.sock; }', ['unix']],
    [
      'not of comments and names of sites',
      '# proxy_pass http://web;\nserver { server_name web; location / { proxy_pass http://api; } }',
      ['api'],
    ],
  ])('%s', (_, app, expected) => {
    expect(readNginxConfiguration(dump(app)).hosts).toEqual(expected)
  })

  test('in `stream` and `mail`', () => {
    const first = 'stream { server { listen 5432; proxy_pass db:5432; } } mail { auth_http login:9000/auth; }'
    expect(readNginxConfiguration(dump('', first)).hosts).toEqual(['db', 'login'])
  })

  test('are unknown if lines are missing or cut', () => {
    const text = dump('server { location / { proxy_pass http://api; } }')
    expect(readNginxConfiguration(text.slice(1)).hosts).toBeUndefined()
    expect(readNginxConfiguration(`${text}\n${cutText('a'.repeat(20), 10)}`).hosts).toBeUndefined()
  })

  test('with a port are hosts, although an `upstream` has the same name', () => {
    const first = 'stream { server { listen 5432; proxy_pass db:5432; } } http { include a; }'
    expect(readNginxConfiguration(dump('upstream db { server api:1; }', first)).hosts).toEqual(['db', 'api'])
  })

  test.each([
    ['in a variable', 'location / { set $to api; proxy_pass http://$to; }'],
    ['from a `map`', 'map $host $to { default api; } server { location / { grpc_pass $to; } }'],
    ['in a variable of a module', 'location / { redis_pass $to; }'],
    ['in JavaScript', 'js_import main.js; location / { proxy_pass http://api; }'],
    ['in Lua', 'location / { content_by_lua_block { ngx.say(1) } } location /a { proxy_pass http://api; }'],
  ])('are unknown %s', (_, app) => {
    expect(readNginxConfiguration(dump(app)).hosts).toBeUndefined()
  })
})

describe('the configuration of a running nginx', () => {
  /** As the Engine answers: all lines one by one, and the last ones as output. */
  const engineWith = (text: string, exitCode = 0): Pick<Engine, 'exec'> => ({
    exec: async (_id, _argv, options) => {
      const lines = text.split('\n')
      lines.forEach((line) => options?.onLine?.(line))
      return { exitCode, output: lines.slice(-2000).join('\n') }
    },
  })
  const text = dump('server { location / { proxy_pass http://app$uri; } }', `http { ${resolver} }`)

  test('is read from its first line', async () => {
    const long = `${text}${'deny 192.0.2.1;\n'.repeat(3000)}`
    expect(await readNginx({ id: 'web' }, engineWith(long))).toMatchObject({ asksDns: true })
  })

  test('is unknown if nginx rejects it, or if it is too long', async () => {
    expect(await readNginx({ id: 'web' }, engineWith(text, 1))).toBeUndefined()
    const long = `${text}${'deny 192.0.2.1;\n'.repeat(300_000)}`
    expect(await readNginx({ id: 'web' }, engineWith(long))).toBeUndefined()
  })
})

test('text that is no configuration', () => {
  expect(readNginxConfiguration('sh: nginx: not found')).toEqual({
    asksDns: false,
    asksDnsForServers: false,
    includes: [],
    groups: [],
    ports: [80, 443],
  })
})
