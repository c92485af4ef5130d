/** Why a request is refused, and what its sender can do. Commands and addresses in the texts are in backquotes. */
export type RefusalText = {
  heading: string
  reason: string
  /** Absent if there is nothing that a user could do. */
  next?: string
}

/** The page that a refused request gets. */
export function refusalPage({ heading, reason, next }: RefusalText): string {
  const paragraphs = [reason, next].flatMap((text) => (text === undefined ? [] : `<p>${toHtml(text)}\n`))
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>dray: ${toHtml(heading.toLowerCase())}</title>
<h1>${toHtml(heading)}</h1>
${paragraphs.join('')}</html>
`
}

function toHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>')
}
