/** Writes the reference pages and the JSON schema from the code that they describe. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { renderGeneratedFiles, root } from './docs/generated-files.ts'

for (const [file, text] of await renderGeneratedFiles()) {
  await writeFile(path.join(root, file), text)
  console.log(`wrote ${file}`)
}
