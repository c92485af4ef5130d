import type { AppShape, EnvironmentShape, TaskShape } from './app-shape.ts'
import { indent } from './indent.ts'

/** dray.yml; editors check it against the schema. */
export function renderDrayFile(shape: AppShape, schemaPath: string): string {
  const blocks = [
    `# yaml-language-server: $schema=${schemaPath}
app: ${shape.app}
registry: ghcr.io/${shape.owner}
environments:
${shape.environments.map((environment) => indent(renderEnvironment(environment), 2)).join('\n')}`,
    renderTasks(shape.tasks),
    renderSchedulers(shape.schedulers),
    renderProbe(shape.environments),
  ]
  return `${blocks.filter((block) => block !== '').join('\n')}\n`
}

function renderEnvironment({ name, host, path, composeFile, images }: EnvironmentShape): string {
  const variables = [...new Set(images.flatMap(({ tagVariable }) => tagVariable ?? []))]
  const env = variables.map((variable) => `\n    ${variable}: \${IMAGE_TAG}`).join('')
  const compose = /^(?:docker-)?compose\.ya?ml$/.test(composeFile) ? '' : `\n  compose: ${composeFile}`
  return `${name}:
  host: ${host}
  path: ${path}${compose}
  tag: ${name === 'test' ? 'sha' : 'version'}${env === '' ? '' : `\n  env:${env}`}`
}

function renderTasks(tasks: readonly TaskShape[]): string {
  if (tasks.length === 0) return ''
  const lines = tasks.map(({ name, services, run, when }) => {
    const service = services.length === 1 ? services[0] : `[${services.join(', ')}]`
    return `  ${name}: { service: ${service}, run: [${run.join(', ')}], when: ${when} }`
  })
  return `tasks:\n${lines.join('\n')}`
}

/** Two of a scheduler would do each job twice. */
function renderSchedulers(names: readonly string[]): string {
  if (names.length === 0) return ''
  return `services:\n${names.map((name) => `  ${name}: { rollout: recreate }`).join('\n')}`
}

/** One probe for all environments if their URLs are the same, as is usual. */
function renderProbe(environments: readonly EnvironmentShape[]): string {
  const paths = environments.flatMap(
    ({ images }) => images.find(({ healthPath }) => healthPath)?.healthPath ?? [],
  )
  const [path] = paths
  if (path === undefined || paths.length < environments.length) return ''
  return `probe: { url: http://localhost${path} }`
}
