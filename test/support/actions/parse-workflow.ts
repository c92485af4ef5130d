import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as Parser from '@actions/workflow-parser'
import { build } from 'esbuild'

let parser: Promise<typeof Parser> | undefined

/**
 * A workflow as GitHub's own parser reads it.
 * @throws with all that it finds wrong
 */
export async function parseWorkflow(name: string, content: string): Promise<Parser.WorkflowTemplate> {
  const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow: parse } = await (parser ??= load())
  const { context, value } = parse({ name, content }, new NoOperationTraceWriter())
  const errorsSoFar = (): string[] => context.errors.getErrors().map(({ message }) => message)
  if (value === undefined || errorsSoFar().length > 0) throw new Error(errorsSoFar().join('\n'))
  const template = await convertWorkflowTemplate(context, value)
  const errors = [...errorsSoFar(), ...(template.errors ?? []).map(({ Message }) => Message)]
  if (errors.length > 0) throw new Error(errors.join('\n'))
  return template
}

/** The package imports JSON in a way that Node does not take, so it is bundled first. */
async function load(): Promise<typeof Parser> {
  const directory = await mkdtemp(join(tmpdir(), 'dray-workflow-parser-'))
  const outfile = join(directory, 'parser.mjs')
  try {
    await build({
      stdin: { contents: "export * from '@actions/workflow-parser'", resolveDir: import.meta.dirname },
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
    })
    return (await import(/* @vite-ignore */ pathToFileURL(outfile).href)) as typeof Parser
  } finally {
    await rm(directory, { recursive: true })
  }
}
