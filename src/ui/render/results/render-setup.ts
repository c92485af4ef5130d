import { actionTitle } from '../../../operations/setup/action-title.ts'
import type { SetupPlan } from '../../../operations/setup/setup-plan.ts'
import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { renderTable } from '../text/render-table.ts'

/** The planned or finished actions on each host, with their causes. */
export function renderSetup(
  plans: readonly SetupPlan[],
  stage: 'planned' | 'done',
  style: TerminalStyle,
): string {
  return plans.map((plan) => `${hostLines(plan, stage, style).join('\n')}\n`).join('\n')
}

function hostLines({ host, actions }: SetupPlan, stage: 'planned' | 'done', style: TerminalStyle): string[] {
  const { colors, glyphs, columns } = style
  const name = colors.bold(host)
  if (actions.length === 0) return [`${colors.green(glyphs.done)} ${name}: nothing to do.`]
  const count = `${actions.length} ${actions.length === 1 ? 'action' : 'actions'}`
  return [
    stage === 'planned' ? `${name}: ${count} planned` : `${colors.green(glyphs.done)} ${name}: ${count} done`,
    ...renderTable({
      rows: actions.map((action, index) => [
        stage === 'planned' ? `${index + 1}.` : glyphs.done,
        actionTitle(action),
        action.cause,
      ]),
      columns: [
        { align: 'right', paint: stage === 'planned' ? colors.dim : colors.green },
        {},
        { paint: colors.dim },
      ],
      indent: '  ',
      maxWidth: columns,
    }),
  ]
}
