import type { EnvironmentShape, ImageShape } from './app-shape.ts'

/**
 * The proxy's configuration. `proxy_pass` names a service plainly, and no `resolver`: nginx then looks the name up when it
 * loads this file and at no other time, which is what lets dray turn it from the old containers to the new ones.
 */
export function renderNginxConf({ images }: EnvironmentShape): string {
  const routed = images
    .filter((image): image is ImageShape & { route: string } => image.route !== undefined)
    .sort((a, b) => b.route.length - a.route.length)
  const locations = routed.map(
    ({ service, port, route }) =>
      `    location ${route} {\n        proxy_pass http://${service}:${port ?? 80};\n    }\n`,
  )
  return `# dray reloads nginx when the new containers are healthy, and the names below are looked up then. A \`resolver\` or a
# variable in \`proxy_pass\` would look them up at other times too, and lose requests.
server {
    listen 80;

    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;

${locations.join('\n')}}
`
}
