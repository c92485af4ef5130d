import { configSchema } from '../../src/config/schema.ts'
import { describeSchema, type KeyEntry } from '../../src/config/describe-schema.ts'
import { renderExample, renderFlow } from '../../src/config/render-example.ts'

/** docs/configuration.md: every key, and an example with all of them. */
export function renderConfiguration(): string {
  const keys = describeSchema(configSchema)
  return [
    '# dray.yml',
    '',
    'This file, beside your compose file, defines where the app is deployed. Only `environments` is required; the other keys have defaults. Without a dray.yml, `dray deploy local` deploys the compose file of the current directory on this machine.',
    '',
    'The shortest file:',
    '',
    '```yaml',
    'environments:',
    '  production:',
    '    host: deploy@example.com',
    '    tag: version',
    '```',
    '',
    'Durations have units: `500ms`, `30s`, `1m30s`. Quote text that YAML would read as a number or a boolean: `tag: "1.10"`. Keys that start with `x-` are ignored; use them for anchors. `dray.schema.json` is the JSON schema for editors.',
    '',
    '## All keys',
    '',
    ...renderTable('', keys),
    '',
    ...keys.flatMap((key) => renderSection('', key)),
    '## An example with every key',
    '',
    '```yaml',
    renderExample(),
    '```',
    '',
  ].join('\n')
}

function renderSection(prefix: string, key: KeyEntry): string[] {
  if (key.children.length === 0) return []
  const path = pathOf(prefix, key)
  return [
    `## \`${path}\``,
    '',
    key.description,
    '',
    ...renderTable(`${path}.`, key.children),
    '',
    ...key.children.flatMap((child) => renderSection(`${path}.`, child)),
  ]
}

function pathOf(prefix: string, key: KeyEntry): string {
  return `${prefix}${key.name}${key.exampleKey === undefined ? '' : '.NAME'}`
}

function renderTable(prefix: string, keys: readonly KeyEntry[]): string[] {
  const rows = keys.map((key) => {
    const absent = key.isRequired ? '**required**' : (key.defaultText ?? 'none')
    const more =
      key.children.length > 0 ? ` See [\`${pathOf(prefix, key)}\`](#${anchorOf(pathOf(prefix, key))}).` : ''
    return [`\`${key.name}\``, key.type, absent, `${key.description}${more}`, renderExamples(key.examples)]
  })
  return renderRows(['key', 'value', 'default', 'description', 'example'], rows)
}

/** A Markdown table; cells may hold `|`. */
export function renderRows(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}

function anchorOf(heading: string): string {
  return heading.toLowerCase().replace(/[^a-z0-9 _-]/g, '')
}

function renderExamples(examples: readonly unknown[]): string {
  return examples.map((example) => `\`${renderFlow(example)}\``).join(', ')
}
