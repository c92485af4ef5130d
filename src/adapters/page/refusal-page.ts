/** The page for a browser that has no access. `reason` is a sentence of dray's own. */
export function refusalPage(reason: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>dray: no access</title>
<h1>No access</h1>
<p>${reason}
<p>For a new link, end <code>dray ui</code> in its terminal with Ctrl-C, and start it again.
</html>
`
}
