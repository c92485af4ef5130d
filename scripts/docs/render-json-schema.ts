import * as z from 'zod'
import { configSchema } from '../../src/config/schema.ts'

/** Properties of a key that are used only in the documentation. */
const ownKeys = ['defaultText', 'exampleKey', 'omitFromExample', 'typeName']

/** dray.schema.json: the shape of dray.yml as JSON Schema 2020-12, for editors. */
export function renderJsonSchema(): string {
  const schema = z.toJSONSchema(configSchema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      for (const key of ownKeys) Reflect.deleteProperty(jsonSchema, key)
    },
  })
  return JSON.stringify({ title: 'dray.yml', ...schema, patternProperties: { '^x-': {} } }, undefined, 2)
}
