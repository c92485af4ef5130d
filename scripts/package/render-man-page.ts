import type { CommandSpec, ManualEntry } from '../../src/cli/command/command.ts'
import { groupCommands } from '../../src/cli/command/command-group.ts'
import { globalOptionSpecs } from '../../src/cli/command/global-options.ts'
import { version } from '../../src/shared/version/version.ts'
import { commands } from '../../src/cli/commands.ts'
import { manualOf } from '../../src/cli/help/manual.ts'

/** Every man page by its file name: `dray.1`, and `dray-COMMAND.1` for each command. In roff, as man(7) describes it. */
export function renderManPages(): Map<string, string> {
  const pages = commands.map((command) => [`dray-${command.name}.1`, renderCommandPage(command)] as const)
  return new Map([['dray.1', renderOverview()], ...pages])
}

function renderOverview(): string {
  const globals = globalOptionSpecs.map(({ flags, description }) => ({ term: flags, description }))
  return page('dray', [
    ...section('NAME', [
      `dray \\- ${escape('ship a Docker Compose app to your own server without losing a request')}`,
    ]),
    ...section('SYNOPSIS', [`.B dray`, escape('COMMAND [ARGUMENTS] [OPTIONS]')]),
    ...section('DESCRIPTION', [
      escape(
        'The environment comes first, then the options. Results are printed to standard output, everything else to standard error.',
      ),
      ...groupCommands(commands).flatMap(({ heading, commands: ofGroup }) => [
        `.SS ${escape(heading)}`,
        ...entries(ofGroup.map(({ name, summary }) => ({ term: `dray-${name}(1)`, description: summary }))),
      ]),
    ]),
    ...section('OPTIONS OF ALL COMMANDS', entries(globals)),
    ...section('SEE ALSO', [escape(commands.map(({ name }) => `dray-${name}(1)`).join(', '))]),
  ])
}

function renderCommandPage(command: CommandSpec): string {
  const manual = manualOf(command)
  const title = `dray-${command.name}`
  return page(title, [
    ...section('NAME', [`${escape(title)} \\- ${escape(command.summary.replace(/\.$/, ''))}`]),
    ...section('SYNOPSIS', [`.B ${escape(manual.usage)}`]),
    ...section('DESCRIPTION', paragraphs(command.description)),
    ...section('ARGUMENTS', entries(manual.arguments)),
    ...manual.options.flatMap((it) => section(it.heading.toUpperCase(), entries(it.entries))),
    ...section('OPTIONS OF ALL COMMANDS', entries(manual.globalOptions)),
    ...section('EXAMPLES', entries(manual.examples)),
    ...section('EXIT STATUS', entries(manual.exitCodes)),
    ...section('FILES', entries(manual.files)),
    ...section('ENVIRONMENT', entries(manual.variables)),
    ...section('SEE ALSO', [escape(['dray(1)', ...manual.seeAlso.map(nameReference)].join(', '))]),
  ])
}

function page(title: string, lines: readonly string[]): string {
  return `.TH ${escape(title.toUpperCase())} 1 "" "dray ${version}" "dray"\n${lines.join('\n')}\n`
}

function section(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`.SH ${heading}`, ...lines]
}

function entries(list: readonly ManualEntry[]): string[] {
  return list.flatMap(({ term, description }) => ['.TP', `\\fB${escape(term)}\\fR`, escape(description)])
}

function paragraphs(text: string): string[] {
  return text.split('\n\n').flatMap((part, index) => (index === 0 ? [escape(part)] : ['.PP', escape(part)]))
}

function nameReference(name: string): string {
  return name.startsWith('dray ') ? `${name.replace(' ', '-')}(1)` : `${name} in dray's repository`
}

/**
 * Text as roff reads it: `\` and the hyphen of an option are escaped, a dot or quote at the start of a line is no request, and
 * other characters than ASCII are named by their code (groff_char(7)).
 */
function escape(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(
      /[^\n -~]/gu,
      (it) => `\\[u${(it.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    )
    .replaceAll(/^(?=[.'])/gm, '\\&')
    .replaceAll('\n', ' ')
}
