/** The text of a YAML file with its comments replaced by blanks, so that positions do not change. */
export function blankComments(text: string): string {
  return text.replaceAll(/(^|\s)#[^\n]*/g, (comment) => comment.replaceAll(/[^\n]/g, ' '))
}
