import * as fc from 'fast-check'
import { textOf } from './random-cases.ts'

const inQuotes = textOf(['a', ' ', 'B=2', '\n', '\r\n', '#', '\\\\', "\\'", '\\"', '`', '=', ';'], 5)
const value = fc.oneof(
  textOf(['a', ' ', '\t', '#', ' #', '=', "'", '"', '\\', ';', 'é', ': '], 5),
  inQuotes.map((text) => `"${text}"`),
  inQuotes.map((text) => `'${text}'`),
)
const assignment = fc
  .tuple(
    fc.constantFrom('', '', ' ', '\t', 'export ', ' export\t '),
    fc.constantFrom('A', 'B_2', 'c.d', 'E-F', '_g', 'exported', 'LONG_NAME'),
    fc.constantFrom('=', '=', ' = ', ': ', ':', '\t='),
    value,
    fc.constantFrom('', '', ' ', ' # why', '#why', ' B=3', 'x'),
  )
  .map((parts) => parts.join(''))
const line = fc.oneof(
  { weight: 4, arbitrary: assignment },
  fc.constantFrom('', ' ', '# A=1', '  # x', 'A', '=1'),
)
/** Dotenv files as people write them, and some that are unlikely in practice; one in three is good. */
export const dotenvText = fc
  .tuple(fc.constantFrom('', '\uFEFF'), fc.array(line, { maxLength: 4 }), fc.constantFrom('\n', '\r\n'))
  .map(([mark, lines, end]) => mark + lines.join(end))
