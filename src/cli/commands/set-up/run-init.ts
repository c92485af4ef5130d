import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { readGitObservation, type RunCommand } from '../../../adapters/git/git-observation.ts'
import { readBranch } from '../../../adapters/git/read-branch.ts'
import { LocalRunner } from '../../../adapters/host/local-runner.ts'
import { readRepositoryFiles } from '../../../adapters/source/repository-files.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { EXIT, type ExitCode } from '../../../errors/exit-code.ts'
import { listRemainingSteps } from '../../../scaffold/remaining-steps.ts'
import type { DrayTool } from '../../../scaffold/app-shape.ts'
import {
  makeShape,
  suggestAnswers,
  type Answers,
  type Form,
  type Suggestion,
} from '../../../scaffold/make-shape.ts'
import {
  planFile,
  schemaPath,
  wantFiles,
  type PlannedFile,
  type WantedFile,
} from '../../../scaffold/plan-files.ts'
import { isWanted, type Repository } from '../../../scaffold/repository.ts'
import {
  renderRemainingSteps,
  renderFileList,
  renderFileChanges,
} from '../../../ui/render/results/render-init.ts'
import type { InputOf } from '../../command/command.ts'
import { createCommandOutput } from '../../command/command-output.ts'
import type { CliContext } from '../../command/context.ts'
import type { initCommand } from './init.ts'
import { chooseTool } from './choose-tool.ts'
import { readOwnBundle, renderOwnSchema } from './own-files.ts'
import { openQuestions, type Questions } from '../../command/questions.ts'

type Input = InputOf<typeof initCommand>
type Options = Input['options']

/** Inspects the repository, asks, shows the changes and writes them. Throws USAGE, INIT_NOTHING_FOUND and INIT_NO_CHECKSUM. */
export async function runInit({ options, global }: Input, context: CliContext): Promise<ExitCode> {
  const { cwd } = context
  const output = createCommandOutput({ options: global, values: { secrets: [] } }, context)
  const { yes = false, dryRun = false, overwrite = false } = options
  const asks = !yes && !dryRun
  const questions = asks ? openQuestions(context, '--yes') : undefined

  const repository = await lookAround(context)
  if (repository.isBelowTop)
    output.note(
      'This directory is not the root of the git repository. GitHub reads workflows only from the root.',
    )
  const suggestion = suggestAnswers(repository)
  const given = { ...suggestion, answers: { ...suggestion.answers, ...readAnswers(options, suggestion) } }
  const answers = questions === undefined ? given.answers : await askPerson(questions, given, options)

  const tool = await chooseTool(options, context)
  const shape = makeShape(repository, answers, tool)
  const wanted = [...wantFiles(repository, shape), ...(await ownFiles(tool))]
  const planned = await Promise.all(
    wanted.map(async (file) => planFile(file, await readIfThere(cwd, file.path))),
  )

  const { style } = output
  if (!global.json && !yes) output.note(renderFileChanges(planned, style))
  const chosen = await chooseFiles(planned, { overwrite, questions })
  const isWritten = !dryRun && (await mayWrite(chosen, questions))
  if (isWritten) for (const file of chosen) await write(cwd, file)

  // A replaced workflow no longer deploys on its own.
  const replaced = isWritten ? chosen.filter((file) => file.path.startsWith('.github/')) : []
  const texts = new Map([...repository.texts, ...replaced.map((file) => [file.path, file.text] as const)])
  const remaining = listRemainingSteps({ ...repository, texts }, shape, answers)

  if (global.json) {
    const files = planned.map((file) => ({
      path: file.path,
      state: file.state,
      written: isWritten && chosen.includes(file),
    }))
    output.json({ type: 'init.finished', files, remaining })
  } else {
    output.print(renderFileList(planned, isWritten ? chosen : [], style))
    output.note(renderRemainingSteps(remaining, style))
  }
  return EXIT.done
}

async function lookAround({ cwd, env, signal }: CliContext): Promise<Repository & { isBelowTop: boolean }> {
  await using runner = new LocalRunner()
  const run: RunCommand = (argv, options) => runner.run(argv, { ...options, signal })
  const [{ files }, git, { branch = 'main', isBelowTop }] = await Promise.all([
    readRepositoryFiles(cwd, isWanted),
    readGitObservation(run, cwd),
    readBranch(run, cwd),
  ])
  const owner = git.remote?.host === 'github.com' ? git.remote.owner : env['GITHUB_REPOSITORY_OWNER']
  return { name: path.basename(cwd), owner, branch, isBelowTop, texts: new Map(Object.entries(files)) }
}

/** The answers given as options. */
function readAnswers(options: Options, { forms }: Suggestion): Partial<Answers> {
  const { test: testHost, production: productionHost } = options
  const testForm = readForm('--test-images', options.testImages, forms)
  const productionForm = readForm('--production-images', options.productionImages, forms)
  return {
    ...(testHost === undefined ? {} : { testHost }),
    ...(productionHost === undefined ? {} : { productionHost }),
    ...(testForm === undefined ? {} : { testForm }),
    ...(productionForm === undefined ? {} : { productionForm }),
  }
}

function readForm(flag: string, value: Form | undefined, forms: readonly Form[]): Form | undefined {
  if (value === undefined || forms.includes(value)) return value
  const choice = forms.length === 0 ? 'there is no Dockerfile' : `valid here: ${forms.join(', ')}`
  throw new DrayError('USAGE', `The value \`${value}\` of ${flag} is not possible: ${choice}.`)
}

/** Asks only for answers that are neither given nor known. */
async function askPerson(
  questions: Questions,
  { answers, forms, isConfigured }: Suggestion,
  options: Options,
): Promise<Answers> {
  if (isConfigured) return answers
  const ask = async (option: keyof Options, question: string, suggestion: string): Promise<string> =>
    options[option] === undefined ? questions.ask(question, suggestion) : suggestion
  const askForm = async (option: keyof Options, where: string, suggestion: Form): Promise<Form> => {
    if (forms.length < 2 || options[option] !== undefined) return suggestion
    const isSingle = await questions.confirm(
      `One image with the whole app in ${where}?`,
      suggestion === 'single',
    )
    return isSingle ? 'single' : 'several'
  }
  return {
    ...answers,
    testHost: await ask('test', 'Server of the test environment?', answers.testHost),
    testForm: await askForm('testImages', 'test', answers.testForm),
    productionHost: await ask('production', 'Server of the production environment?', answers.productionHost),
    productionForm: await askForm('productionImages', 'production', answers.productionForm),
  }
}

async function ownFiles(tool: DrayTool): Promise<WantedFile[]> {
  const schema = { path: schemaPath, text: renderOwnSchema() }
  return tool.kind === 'file' ? [{ path: tool.path, text: await readOwnBundle() }, schema] : [schema]
}

type Choice = { overwrite: boolean; questions: Questions | undefined }

/** The files to write: new and extended ones, and those that the user agrees to replace. */
async function chooseFiles(
  planned: readonly PlannedFile[],
  { overwrite, questions }: Choice,
): Promise<PlannedFile[]> {
  const chosen: PlannedFile[] = []
  for (const file of planned) {
    if (file.state === 'same') continue
    const isAllowed =
      file.state !== 'differs' ||
      overwrite ||
      (await questions?.confirm(`Replace ${file.path}?`, false)) === true
    if (isAllowed) chosen.push(file)
  }
  return chosen
}

async function mayWrite(chosen: readonly PlannedFile[], questions: Questions | undefined): Promise<boolean> {
  if (questions === undefined || chosen.length === 0) return true
  return questions.confirm(`Write ${chosen.length} ${chosen.length === 1 ? 'file' : 'files'}?`, true)
}

async function readIfThere(cwd: string, file: string): Promise<string | undefined> {
  return readFile(path.join(cwd, file), 'utf8').catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  })
}

async function write(cwd: string, { path: file, text }: PlannedFile): Promise<void> {
  await mkdir(path.dirname(path.join(cwd, file)), { recursive: true })
  await writeFile(path.join(cwd, file), text)
}
