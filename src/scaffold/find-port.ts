/** The port that an image listens on, and whether that is a guess from the framework. */
export type FoundPort = { port: number; isGuess: boolean }

/** Default ports of servers, by the command that starts them, or by the base image. */
const defaults: readonly [RegExp, number][] = [
  [/\b(?:uvicorn|gunicorn|hypercorn|daphne|runserver|fastapi run|php -S)\b/, 8000],
  [/\b(?:next|remix-serve|rails|puma|nuxt|serve)\b/, 3000],
  [/\bflask\b/, 5000],
  [/\bstreamlit\b/, 8501],
  [/\bvite preview\b/, 4173],
]
const bases: readonly [RegExp, number][] = [
  [/(?:^|\/)nginx-unprivileged(?::|$)/, 8080],
  [/(?:^|\/)(?:nginx|caddy|httpd|php)(?::|$)/, 80],
]

/** Finds it in EXPOSE, in the command, in `ENV PORT`, else by the framework and the base image. */
export function findPort(image: {
  exposed: readonly string[]
  /** CMD and ENTRYPOINT. */
  commands: readonly string[]
  /** The values of ENV. */
  variables: readonly string[]
  base: string
}): FoundPort | undefined {
  // `["gunicorn", "-b", "0.0.0.0:8000"]` and its shell form are read alike.
  const command = image.commands.join(' ').replaceAll(/["'[\],]+/g, ' ')
  const written =
    /^\d+/.exec(image.exposed.join(' '))?.[0] ??
    /(?:^|\s)(?:--port|--http-port|-p)[\s=]+(\d{2,5})\b/.exec(command)?.[1] ??
    /(?:^|[\s=])(?:\[[\da-f:]+\]|[\w.*]+)?:(\d{2,5})(?=\s|$)/.exec(command)?.[1] ??
    /(?:^|\s)PORT[\s=]+"?(\d{2,5})\b/.exec(image.variables.join(' '))?.[1]
  if (written !== undefined) return { port: Number(written), isGuess: false }
  const guess =
    defaults.find(([pattern]) => pattern.test(command)) ?? bases.find(([pattern]) => pattern.test(image.base))
  return guess && { port: guess[1], isGuess: true }
}
