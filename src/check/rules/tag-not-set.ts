import { deployTimeNames } from '../../config/environment-variables.ts'
import { variablesOfTag } from '../../shared/image-template.ts'
import { lines } from '../lines.ts'
import { isOwnService } from '../model/own-images.ts'
import { childOf, entriesOf } from '../parse/yaml-tree.ts'
import type { Rule } from '../rule.ts'

export const tagNotSet: Rule = {
  code: 'TAG_NOT_SET',
  severity: 'error',
  title: 'The tag of an image comes from a variable that no deploy sets.',
  why: '`dray deploy --tag` sets IMAGE_TAG. With another variable, the service would run the default tag, whatever is deployed; `dray deploy` refuses that.',
  hint: 'Write `${IMAGE_TAG:-latest}`, or add `env: { TAG: "${IMAGE_TAG}" }` to the environment in dray.yml.',
  bad: exampleWith(),
  good: exampleWith('    env:', '      TAG: ${IMAGE_TAG}'),
  *check(repository) {
    const environments = entriesOf(childOf(repository.config?.root, 'environments'))
    if (environments.length === 0) return
    for (const app of repository.apps) {
      const given = environments
        .filter(([name]) => app.environment === undefined || app.environment === name)
        .flatMap(([, { value }]) => entriesOf(childOf(value, 'env')).map(([name]) => name))
      for (const service of app.services) {
        const { image, name } = service
        if (image === undefined || !isOwnService(service, repository)) continue
        const variables = variablesOfTag(image.text)
        const [variable] = variables
        if (variable === undefined || variables.some((it) => [...deployTimeNames, ...given].includes(it)))
          continue
        yield {
          at: image,
          message: `The tag of \`${name}\` comes from \`${variable}\`, which no deploy sets.`,
        }
      }
    }
  },
}

function exampleWith(...env: string[]): Record<string, string> {
  return {
    'docker-compose.yml': lines('services:', '  app:', '    image: ghcr.io/acme/shop:${TAG:-latest}'),
    'dray.yml': lines(
      'registry: ghcr.io/acme',
      'environments:',
      '  production:',
      '    host: deploy@shop.example.com',
      '    tag: version',
      ...env,
    ),
  }
}
