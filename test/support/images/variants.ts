/** A release of the sample app with something the matter, as lines of a Dockerfile on top of a good one. */
export type Variant = { from: 'v1' | 'v2'; name: string; dockerfile: readonly string[] }

const runApp = (...settings: string[]) => `CMD ${JSON.stringify(['env', ...settings, 'node', 'server.js'])}`
const preload = (script: string) => `CMD ${JSON.stringify(['node', '--import', `./${script}`, 'server.js'])}`

/** Tagged FROM-NAME, for instance `v2-never-healthy`, for the backend and for the single image. */
export const variants: readonly Variant[] = [
  { from: 'v1', name: 'abrupt', dockerfile: [runApp('SHOP_EXIT=at-once')] },
  { from: 'v2', name: 'abrupt', dockerfile: [runApp('SHOP_EXIT=at-once')] },
  { from: 'v2', name: 'never-healthy', dockerfile: ['COPY never-healthy.js server.js'] },
  { from: 'v2', name: 'exits-at-once', dockerfile: ['COPY exits-at-once.js server.js'] },
  {
    from: 'v2',
    name: 'exits-after-5s',
    dockerfile: ['COPY exits-after-5s.js ./', preload('exits-after-5s.js')],
  },
  { from: 'v2', name: 'crash-loop', dockerfile: ['COPY crash-loop.js ./', crashLoop()] },
  { from: 'v2', name: 'no-curl', dockerfile: ['USER root', 'RUN rm -f "$(command -v curl)"', 'USER node'] },
  { from: 'v2', name: 'migrate-fails', dockerfile: ['COPY migrate-fails.js tasks/migrate.js'] },
  { from: 'v2', name: 'slow-start', dockerfile: [runApp('SHOP_START_MS=8000')] },
]

/** Starts fast whatever `.env` says, so that it is healthy for a moment before each crash. */
function crashLoop(): string {
  return `CMD ${JSON.stringify(['env', 'SHOP_START_MS=100', 'node', '--import', './crash-loop.js', 'server.js'])}`
}
