import { findVariables } from './compose-template.ts'

/**
 * Names of the variables that the tag of an image comes from, given `image:` as a compose file has it: `TAG` of
 * `ghcr.io/acme/shop:${TAG:-latest}`. Without a tag, a variable at the end may bring it: `shop${REF:-:latest}`.
 */
export function variablesOfTag(template: string): string[] {
  const variables = findVariables(template)
  const outside = variables.reduce(
    (text, { start, end }) => text.slice(0, start) + '_'.repeat(end - start) + text.slice(end),
    template,
  )
  const colon = outside.lastIndexOf(':')
  const hasTag = colon > outside.lastIndexOf('/')
  return variables
    .filter(({ start, end }) => (hasTag ? start > colon : end === template.length))
    .map(({ name }) => name)
}
