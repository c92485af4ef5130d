import type { Job, Workflow } from '../../check/model/workflow.ts'
import { blankComments } from '../../check/parse/blank-comments.ts'
import { secretsIn } from '../../check/parse/github-expression.ts'
import { childOf, entriesOf, nodeAt, scalarsOf, scalarText } from '../../check/parse/yaml-tree.ts'
import { placeOf } from '../../check/source-file.ts'

/** A line of a workflow that reads a GitHub secret or variable. */
export type GithubUse = {
  /** In capitals, as GitHub has it. */
  name: string
  kind: 'secret' | 'variable'
  /** `.github/workflows/deploy.yml:31` */
  at: string
  /** GitHub environment of the job; undefined if it has none or names it by an expression that is not known here. */
  environment: string | undefined
}

/**
 * Secrets and variables that workflows read from GitHub, one per line. A secret that a reusable workflow declares is what its
 * callers here pass to it. `matrix` and `inputs` in the names of secrets and environments stand for all of their values.
 */
export function findGithubUses(workflows: readonly Workflow[]): GithubUse[] {
  return workflows.flatMap((workflow) => {
    const { file, jobs } = workflow
    const callers = callersOf(workflow, workflows)
    const declared = declaredSecrets(workflow)
    return readsIn(blankComments(file.text)).flatMap(({ offset, context, dotted, index }) => {
      const job = jobs.find(({ node }) => node.start <= offset && offset < node.end)
      const known: Known = { job, workflow, callers }
      const at = `${file.path}:${placeOf(file.text, offset).line}`
      const kind = context === 'secrets' ? 'secret' : 'variable'
      const toUse = (name: string, environment: string | undefined): GithubUse[] =>
        kind === 'secret' && declared.has(name)
          ? callers
              .flatMap((caller) => passedAs(name, caller))
              .map((passed) => ({ name: passed, kind, at, environment: undefined }))
          : [{ name, kind, at, environment }]
      return environmentsOf(known).flatMap(({ environment, expression }) => {
        // `matrix.env` has the same value in the name and in the environment.
        const here = expression === undefined ? index : index?.replaceAll(expression, `'${environment}'`)
        const names = dotted === undefined ? (valuesOf(here ?? '', known) ?? []) : [dotted]
        return names
          .filter((name) => /^[A-Za-z_]\w*$/.test(name))
          .flatMap((name) => toUse(name.toUpperCase(), environment))
      })
    })
  })
}

type Read = { offset: number; context: string; dotted: string | undefined; index: string | undefined }

/** `secrets.NAME`, `vars['NAME']`, `secrets[format('{0}_KEY', matrix.env)]`; names of contexts have no case. */
function readsIn(text: string): Read[] {
  const pattern =
    /(?<![\w.-])(secrets|vars)\s*(?:\.\s*([A-Za-z_]\w*)|\[\s*((?:[^\]'"]|'[^']*'|"[^"]*")+?)\s*\])/gi
  return [...text.matchAll(pattern)].map(({ index: offset, 1: context = '', 2: dotted, 3: index }) => ({
    offset,
    context: context.toLowerCase(),
    dotted,
    index,
  }))
}

/** What is known where an expression stands. */
type Known = { job: Job | undefined; workflow: Workflow; callers: readonly Job[] }

/** The environments of a job, and the expression that has their names; undefined stands for none and for one that is not known. */
function environmentsOf(known: Known): { environment: string | undefined; expression?: string }[] {
  const setting = childOf(known.job?.node, 'environment')
  const text = scalarText(childOf(setting, 'name')) ?? scalarText(setting)
  const expression = /^\$\{\{\s*(.*?)\s*\}\}$/s.exec(text ?? '')?.[1]
  const values = expression === undefined ? undefined : valuesOf(expression, known)
  if (expression !== undefined && values !== undefined)
    return values.map((environment) => ({ environment, expression }))
  return [{ environment: text?.includes('${{') === true ? undefined : text }]
}

/** Every value that an expression can have; undefined where that is not known. */
function valuesOf(expression: string, known: Known): string[] | undefined {
  const text = /^(?:'([^']*)'|"([^"]*)")$/.exec(expression)
  if (text !== null) return [text[1] ?? text[2] ?? '']
  const [, context, name = ''] = /^(matrix|inputs)\s*\.\s*([\w-]+)$/i.exec(expression) ?? []
  if (context !== undefined)
    return context.toLowerCase() === 'matrix' ? matrixValues(name, known) : inputValues(name, known)
  const [, template, operands] = /^format\(\s*'([^']*)'\s*,(.*)\)$/is.exec(expression) ?? []
  if (template === undefined || operands === undefined) return undefined
  return operands.split(',').reduce<string[] | undefined>(
    (found, operand, index) => {
      const values = valuesOf(operand.trim(), known)
      return (
        found && values && found.flatMap((it) => values.map((value) => it.replaceAll(`{${index}}`, value)))
      )
    },
    [template],
  )
}

function matrixValues(name: string, { job }: Known): string[] | undefined {
  const matrix = nodeAt(job?.node, 'strategy', 'matrix')
  const include = childOf(matrix, 'include')
  const values = [
    ...scalarsOf(childOf(matrix, name)),
    ...(include?.kind === 'list' ? include.items.flatMap((item) => scalarsOf(childOf(item, name))) : []),
  ].map(({ text }) => text)
  return values.length === 0 || values.some((value) => value.includes('${{'))
    ? undefined
    : [...new Set(values)]
}

/** What callers and people give for an input, and its default. */
function inputValues(name: string, { workflow, callers }: Known): string[] | undefined {
  const on = childOf(workflow.root, 'on')
  const given = callers.flatMap(({ node }) => scalarsOf(nodeAt(node, 'with', name)))
  const offered = ['workflow_call', 'workflow_dispatch'].flatMap((event) => {
    const input = nodeAt(on, event, 'inputs', name)
    return [...scalarsOf(childOf(input, 'options')), ...scalarsOf(childOf(input, 'default'))]
  })
  const values = [...given, ...offered].map(({ text }) => text)
  return values.length === 0 || values.some((value) => value.includes('${{'))
    ? undefined
    : [...new Set(values)]
}

/** The jobs in these workflows that call a reusable one. */
function callersOf({ file }: Workflow, workflows: readonly Workflow[]): Job[] {
  return workflows
    .flatMap(({ jobs }) => jobs)
    .filter(({ node }) => scalarText(childOf(node, 'uses'))?.replace(/^\.\//, '') === file.path)
}

/** Names, in capitals, of the secrets that a reusable workflow gets from its callers. */
function declaredSecrets({ root }: Workflow): Set<string> {
  const declared = entriesOf(nodeAt(root, 'on', 'workflow_call', 'secrets'))
  return new Set(declared.map(([name]) => name.toUpperCase()))
}

/** The secrets that a caller passes under a name. */
function passedAs(name: string, { node }: Job): string[] {
  const secrets = childOf(node, 'secrets')
  if (scalarText(secrets) === 'inherit') return [name]
  const [, entry] = entriesOf(secrets).find(([key]) => key.toUpperCase() === name) ?? []
  return secretsIn(scalarText(entry?.value) ?? '')
}
