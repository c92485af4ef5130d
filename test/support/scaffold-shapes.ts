import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Repository } from '../../src/scaffold/repository.ts'
import { repositoryOf } from './scaffold-repository.ts'

const shopDirectory = fileURLToPath(new URL('../../examples/shop/', import.meta.url))
const shopFile = (path: string): string => readFileSync(shopDirectory + path, 'utf8')
const shopFiles = (...paths: string[]): Record<string, string> =>
  Object.fromEntries(paths.map((path) => [path, shopFile(path)]))

const parts = [
  'backend/Dockerfile',
  'backend/package.json',
  'backend/routes.js',
  'backend/server.js',
  'backend/.dockerignore',
  'frontend/Dockerfile',
  'frontend/package.json',
  'frontend/server.js',
]

/** Repositories as they come to `dray init`. */
export const shapes: Readonly<Record<string, Repository>> = {
  /** The sample app's sources: two images for test, one for production. */
  'several-and-single': repositoryOf(
    shopFiles(...parts, 'production/Dockerfile', '.dockerignore', '.gitignore'),
  ),
  /** No image that is the whole app. */
  several: repositoryOf(shopFiles(...parts)),
  /** One Dockerfile, a Django app on a branch of another name, of an owner with capitals. */
  single: repositoryOf(
    {
      Dockerfile: 'FROM python:3.13-slim\nCOPY . .\nEXPOSE 8000\nCMD ["gunicorn", "site.wsgi"]\n',
      'manage.py': '',
      'site/settings.py': 'SECRET_KEY = os.environ["SECRET_KEY"]\nDB = os.getenv("DATABASE_URL")\n',
      'site/urls.py': 'urlpatterns = [path("healthz", health)]\n',
    },
    { name: 'My Site', owner: 'Big-Org', branch: 'trunk' },
  ),
  /** A monorepo that builds from its root, with a worker. */
  monorepo: repositoryOf({
    'package.json': '{"scripts":{"db:migrate":"prisma migrate deploy"}}',
    'apps/web/Dockerfile': 'FROM node:22-alpine\nCOPY apps/web/ .\nEXPOSE 3000\nARG VERSION\n',
    'apps/api/Dockerfile':
      'FROM node:22-alpine\nCOPY apps/api/ .\nEXPOSE 4000\nHEALTHCHECK CMD node health.js\n',
    'apps/worker/Dockerfile': 'FROM node:22-alpine\nCOPY apps/worker/ .\nHEALTHCHECK CMD node alive.js\n',
    'apps/api/src/main.ts': "app.get('/api/healthz', ok); connect(process.env.DATABASE_URL)\n",
    'apps/worker/Dockerfile.dev': 'FROM node:22\n',
  }),
  /** A compose file of its own, which stays; workflows and dray.yml are written to it. */
  'own-compose': repositoryOf({
    'compose.yaml':
      'services:\n  web:\n    build: ./web\n    image: ghcr.io/acme/storefront:${IMAGE_TAG:-latest}\n  db:\n    image: postgres:17\n',
    'web/Dockerfile': 'FROM node:22-alpine\nEXPOSE 3000\n',
  }),
  'own-tag-variable': repositoryOf({
    'compose.yaml':
      'services:\n  web:\n    build: ./web\n    image: ghcr.io/acme/storefront:${VERSION:-latest}\n  db:\n    image: postgres:17\n',
    'web/Dockerfile': 'FROM node:22-alpine\nEXPOSE 3000\n',
  }),
}
