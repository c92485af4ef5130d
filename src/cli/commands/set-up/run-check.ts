import path from 'node:path'
import { findTop, type RepositoryTop } from '../../../adapters/git/find-top.ts'
import { parseRemoteUrl, type RunCommand } from '../../../adapters/git/git-observation.ts'
import { LocalRunner } from '../../../adapters/host/local-runner.ts'
import { findLeftOut } from '../../../adapters/source/find-left-out.ts'
import { readRepositoryFiles, writeRepositoryFiles } from '../../../adapters/source/repository-files.ts'
import { applyEdits } from '../../../check/apply-edits.ts'
import { checkRepository, suppressionRule, type Finding } from '../../../check/check-repository.ts'
import { isRead } from '../../../check/file-kind.ts'
import { rules } from '../../../check/rules.ts'
import { readIncludes } from '../../../check/repository.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { EXIT, type ExitCode } from '../../../errors/exit-code.ts'
import { sortByNearness } from '../../../shared/nearest.ts'
import { stripControl } from '../../../shared/strip-control.ts'
import { writeCommand, type GithubCommand } from '../../../ui/reporters/github-command.ts'
import { renderJsonLine } from '../../../ui/reporters/json-reporter.ts'
import { createTerminalStyle } from '../../../ui/terminal/terminal-style.ts'
import {
  renderCheckSummary,
  renderFindings,
  type CheckSummary,
} from '../../../ui/render/results/render-findings.ts'
import { renderRuleHelp } from '../../../ui/render/results/render-rule-help.ts'
import { renderSarif } from '../../../ui/render/results/render-sarif.ts'
import { countFindings, type ShownFinding } from '../../../ui/render/results/shown-finding.ts'
import { applyNoColor } from '../../command/apply-no-color.ts'
import type { InputOf } from '../../command/command.ts'
import type { CliContext } from '../../command/context.ts'
import type { JsonResult } from '../../command/json-line.ts'
import type { GlobalOptions } from '../../command/global-options.ts'
import { version } from '../../../shared/version/version.ts'
import type { checkCommand } from './check.ts'

type Input = InputOf<typeof checkCommand>
type Format = NonNullable<Input['options']['format']>

/** Checks the repository that the current directory lies in. Throws USAGE. */
export async function runCheck(input: Input, context: CliContext): Promise<ExitCode> {
  const { explain: explained, fix = false } = input.options
  if (explained !== undefined) return explain(explained, input.global, context)
  const format = chooseFormat(input, context)
  const found = await checkHere(context, fix)
  print({ ...found, format, options: input.global }, context)
  return found.findings.some(({ severity }) => severity === 'error') ? EXIT.failedOldServing : EXIT.done
}

/** The findings in the repository that the current directory lies in; those that can be fixed are, with `isFixing`. */
export async function checkHere(
  context: CliContext,
  isFixing: boolean,
): Promise<{ findings: ShownFinding[]; summary: CheckSummary }> {
  const startedAtMs = context.clock.now()
  const { findings, files, fixed } = await findAll(context, isFixing)
  const durationMs = context.clock.now() - startedAtMs
  return { findings: findings.map(toShown), summary: { files, rules: rules.length, durationMs, fixed } }
}

type Found = { findings: readonly Finding[]; files: number; fixed: number }

/** One fix may make the next one possible: repeats while findings are fixable, up to a limit. */
async function findAll(context: CliContext, isFixing: boolean): Promise<Found> {
  const { stderr } = context
  const { top, below, githubName } = await lookAround(context)
  if (below !== '.') stderr.write(`The whole repository is checked; paths begin at ${stripControl(top)}.\n`)
  const refused = new Map<string, string>()
  const isFixable = ({ edits }: Finding): boolean =>
    edits.length > 0 && !edits.some(({ file }) => refused.has(file.path))
  for (let fixed = 0, round = 0; ; round += 1) {
    const { files, tracked } = await readRepositoryFiles(top, isRead)
    const input = { files, tracked, githubName, directory: below }
    const includes = readIncludes(input)
    const left = await findLeftOut(path.join(top, includes.directory), { include: includes.entries })
    const leftOut = new Map(left.map(({ entry, reason }) => [entry, reason]))
    const findings = checkRepository({ ...input, leftOut })
    const fixable = findings.filter(isFixable)
    if (!isFixing || fixable.length === 0 || round === 5)
      return { findings, files: Object.keys(files).length, fixed }
    const unwritten = await writeRepositoryFiles(top, applyEdits(fixable.flatMap((finding) => finding.edits)))
    for (const [file, reason] of unwritten) {
      refused.set(file, reason)
      stderr.write(`${stripControl(file)} was not fixed: ${reason}.\n`)
    }
    fixed += fixable.filter(isFixable).length
  }
}

async function lookAround({ cwd, signal }: CliContext): Promise<RepositoryTop & { githubName?: string }> {
  await using runner = new LocalRunner()
  const run: RunCommand = (argv, options) => runner.run(argv, { ...options, signal })
  const [place, { exitCode, stdout }] = await Promise.all([
    findTop(run, cwd),
    run(['git', 'config', '--get', 'remote.origin.url'], { cwd }),
  ])
  const remote = exitCode === 0 ? parseRemoteUrl(stdout.trimEnd()) : undefined
  return remote?.host === 'github.com'
    ? { ...place, githubName: `${remote.owner}/${remote.repository}` }
    : place
}

function chooseFormat({ options, global }: Input, { env }: CliContext): Format {
  if (options.format !== undefined) return options.format
  if (global.json) return 'json'
  return env['GITHUB_ACTIONS'] === 'true' ? 'github' : 'text'
}

function toShown({ edits, ...finding }: Finding): ShownFinding {
  return { ...finding, isFixable: edits.length > 0 }
}

type Result = {
  findings: readonly ShownFinding[]
  summary: CheckSummary
  format: Format
  options: GlobalOptions
}

function print({ findings, summary, format, options }: Result, context: CliContext): void {
  const { stdout, clock } = context
  if (format === 'json') {
    const renderLine = (result: JsonResult): string => renderJsonLine({ at: clock.now(), ...result })
    for (const finding of findings) stdout.write(renderLine({ type: 'check.finding', ...finding }))
    stdout.write(renderLine({ type: 'check.finished', ...countFindings(findings), ...summary }))
  } else if (format === 'sarif') stdout.write(renderSarif(findings, [...rules, suppressionRule], version))
  else {
    const style = lookOf(options, context)
    const text = renderFindings(findings, style) + renderCheckSummary(findings, summary, style)
    stdout.write(text)
    if (format === 'github') for (const finding of findings) writeCommand(stdout, annotation(finding))
  }
}

function annotation({
  severity,
  file,
  line,
  column,
  endLine,
  endColumn,
  code,
  message,
  hint,
}: ShownFinding): GithubCommand {
  return {
    name: severity === 'note' ? 'notice' : severity,
    properties: { file, line, col: column, endLine, endColumn, title: code },
    text: `${message} ${hint}`,
  }
}

function explain(code: string, options: GlobalOptions, context: CliContext): ExitCode {
  const rule = rules.find((it) => it.code === code.toUpperCase())
  if (rule === undefined) {
    const [nearest = ''] = sortByNearness(
      code.toUpperCase(),
      rules.map((it) => it.code),
    )
    throw new DrayError('USAGE', `The code \`${code}\` does not exist.`, {
      hint: `Did you mean ${nearest}? All codes: ${rules.map((it) => it.code).join(', ')}.`,
    })
  }
  context.stdout.write(renderRuleHelp(rule, lookOf(options, context)))
  return EXIT.done
}

function lookOf(
  { color, plain }: GlobalOptions,
  { env, stdout }: CliContext,
): ReturnType<typeof createTerminalStyle> {
  const isTTY = stdout.isTTY === true && !plain
  return createTerminalStyle({
    env: applyNoColor({ color }, env),
    isTTY,
    columns: isTTY ? stdout.columns : undefined,
  })
}
