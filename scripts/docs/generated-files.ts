import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { renderChecks } from './render-checks.ts'
import { renderCommands } from './render-commands.ts'
import { renderConfiguration } from './render-configuration.ts'
import { renderErrors } from './render-errors.ts'
import { renderJsonSchema } from './render-json-schema.ts'

/** Root of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

const renderers = {
  'docs/configuration.md': renderConfiguration,
  'docs/errors.md': renderErrors,
  'docs/commands.md': renderCommands,
  'docs/checks.md': renderChecks,
  'dray.schema.json': renderJsonSchema,
} satisfies Record<string, () => string>

/** Text of every generated file by its path in the repository, formatted as `npm run format` would. */
export async function renderGeneratedFiles(): Promise<Map<string, string>> {
  const config = await resolveConfig(`${root}/docs/configuration.md`)
  const files = Object.entries(renderers).map(async ([file, render]) => {
    const text = await format(render(), { ...config, filepath: file })
    return [file, text] as const
  })
  return new Map(await Promise.all(files))
}
