import { describe, expect, test } from 'vitest'
import { readNginxConfiguration } from '../../../../src/deploy/model/proxies/nginx-configuration.ts'

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

test('text that is no configuration', () => {
  expect(readNginxConfiguration('sh: nginx: not found')).toEqual({
    asksDns: false,
    asksDnsForServers: false,
    includes: [],
    groups: [],
    ports: [80, 443],
  })
})
