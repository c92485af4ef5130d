import { isWanted, type Repository } from '../../src/scaffold/repository.ts'

/** A repository in memory, as init would read it. */
export function repositoryOf(
  texts: Readonly<Record<string, string>>,
  facts: Partial<Repository> = {},
): Repository {
  const paths = Object.keys(texts)
  return {
    name: 'shop',
    owner: 'Acme',
    branch: 'main',
    texts: new Map(paths.filter(isWanted).map((path) => [path, texts[path] ?? ''])),
    ...facts,
  }
}
