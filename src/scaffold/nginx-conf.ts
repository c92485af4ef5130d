import type { EnvironmentShape, ImageShape } from './app-shape.ts'

/**
 * The proxy's configuration. `proxy_pass` has the plain name of a service, and there is no `resolver`: nginx then resolves
 * the name only when it loads this file, so that one reload switches traffic from the old containers to the new ones.
 */
export function renderNginxConf({ images }: EnvironmentShape): string {
  const routed = images
    .filter((image): image is ImageShape & { route: string } => image.route !== undefined)
    .sort((a, b) => b.route.length - a.route.length)
  const locations = routed.map(
    ({ service, port, route }) =>
      `    location ${route} {\n        proxy_pass http://${service}:${port ?? 80};\n    }\n`,
  )
  return `# dray reloads nginx when the new containers are healthy, and nginx resolves the names below then. A \`resolver\` and a
# variable in \`proxy_pass\` would cost two more reloads in a deploy.
server {
    listen 80;

    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;

${locations.join('\n')}}
`
}
