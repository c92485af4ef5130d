/**
 * Names, in capitals, of the GitHub secrets that expressions in a text read: `${{ secrets.TOKEN }}`, `${{ secrets['TOKEN'] }}`.
 * `github.token` is GITHUB_TOKEN. Names of contexts and of secrets have no case.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/contexts
 */
export function secretsIn(text: string): string[] {
  return [...text.matchAll(/\$\{\{.*?\}\}/gs)].flatMap(([expression]) =>
    [...expression.matchAll(secret)].map(([, dotted, indexed]) =>
      (dotted ?? indexed ?? 'GITHUB_TOKEN').toUpperCase(),
    ),
  )
}

const secret =
  /(?<![\w.-])(?:github\s*\.\s*token\b|secrets\s*(?:\.\s*([A-Za-z_]\w*)|\[\s*["'](\w+)["']\s*\]))/gi
