import { lines } from '../lines.ts'
import { mountsOf } from '../model/compose.ts'
import type { Rule } from '../rule.ts'

export const directoryMounted: Rule = {
  code: 'DIRECTORY_MOUNTED',
  severity: 'warning',
  title: "A container can write to the app's directory on the server.",
  why: 'A fault in the container can then change the compose file, `.env` and the records of past releases: everything that runs with the rights of the deploying user.',
  hint: 'Put the code into the image, and mount only the paths that the service needs, or add `:ro`.',
  bad: {
    'dray.yml': 'environments: { production: { host: deploy@shop.example.com, path: /srv/shop } }\n',
    'docker-compose.yml': lines('services:', '  web:', '    image: acme/web:1', '    volumes: [".:/app"]'),
  },
  good: {
    'dray.yml': 'environments: { production: { host: deploy@shop.example.com, path: /srv/shop } }\n',
    'docker-compose.yml': lines('services:', '  web:', '    image: acme/web:1', '    volumes: [".:/app:ro"]'),
  },
  *check({ apps }) {
    for (const { environment, services } of apps) {
      if (environment === undefined) continue
      for (const service of services) {
        for (const { at, source, isReadOnly } of mountsOf(service)) {
          if (isReadOnly || source === undefined || !/^\.\.?(?:\/\.\.)*\/?$/.test(source)) continue
          yield { at, message: `A container of \`${service.name}\` can write to the app's directory.` }
        }
      }
    }
  },
}
