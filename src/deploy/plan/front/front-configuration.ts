/** A port of the front's container, and where its requests go. */
export type Route = { listen: number; service: string; port: number }

/**
 * nginx's configuration for routes. What a client sends reaches the app as it is: any size, any header, upgrades, and nothing
 * is held back. The app's own `Server` and `X-Accel-…` headers pass, since another proxy may be in front of this one.
 * https://nginx.org/en/docs/http/ngx_http_proxy_module.html
 */
export function renderFrontConfiguration(routes: readonly Route[], hasIpv6: boolean): string {
  return [COMMON, ...routes.map((route) => renderServer(route, hasIpv6))].join('\n')
}

const ACCEL = ['Redirect', 'Expires', 'Limit-Rate', 'Buffering', 'Charset'].map((name) => `X-Accel-${name}`)

const COMMON = `# Written by dray at every deploy: \`front\` in dray.yml.
map $http_upgrade $dray_connection {
    default upgrade;
    '' close;
}
map $http_x_forwarded_proto $dray_proto {
    default $http_x_forwarded_proto;
    '' $scheme;
}
map $http_x_forwarded_host $dray_host {
    default $http_x_forwarded_host;
    '' $http_host;
}
map $http_x_real_ip $dray_real_ip {
    default $http_x_real_ip;
    '' $remote_addr;
}

access_log off;
client_max_body_size 0;
client_body_timeout 1h;
send_timeout 1h;
large_client_header_buffers 8 64k;
ignore_invalid_headers off;
underscores_in_headers on;

proxy_http_version 1.1;
proxy_set_header Host $http_host;
proxy_set_header Connection $dray_connection;
proxy_set_header Upgrade $http_upgrade;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header X-Forwarded-Proto $dray_proto;
proxy_set_header X-Forwarded-Host $dray_host;
proxy_set_header X-Real-IP $dray_real_ip;
proxy_pass_header Server;
proxy_pass_header Date;
${ACCEL.map((name) => `proxy_pass_header ${name};`).join('\n')}
proxy_ignore_headers ${ACCEL.join(' ')};
proxy_buffering off;
proxy_request_buffering off;
proxy_buffer_size 64k;
proxy_buffers 8 64k;
proxy_redirect off;
proxy_connect_timeout 10s;
proxy_read_timeout 1h;
proxy_send_timeout 1h;
`

function renderServer({ listen, service, port }: Route, hasIpv6: boolean): string {
  const listens = [
    `listen ${listen} default_server;`,
    ...(hasIpv6 ? [`listen [::]:${listen} default_server;`] : []),
  ]
  return `server {
${listens.map((line) => `    ${line}`).join('\n')}
    location / {
        proxy_pass http://${service}:${port};
    }
}
`
}
