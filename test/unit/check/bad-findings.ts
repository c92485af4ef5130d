/**
 * The findings of each rule in its bad example, as `file:line:column-endColumn message`. `[fix]` is at the end of those that
 * `--fix` corrects.
 */
export const badFindings: Readonly<Record<string, readonly string[]>> = {
  ACTION_INPUT_GONE: [
    '.github/workflows/deploy.yml:8:26-27 docker/setup-buildx-action removed `config-inline` in v4: use `buildkitd-config-inline`.',
  ],
  ACTION_UNPINNED: [
    '.github/workflows/deploy.yml:6:15-37 `docker/login-action` is pinned to the tag `v4`, which can be moved.',
  ],
  BUILD_ON_SERVER: ['docker-compose.yml:3:5-10 `app` is built on the server: it has no `image` to pull.'],
  CACHE_EXPORT_FATAL: [
    '.github/workflows/deploy.yml:10:21-38 If the cache service refuses the cache, the push of the image fails too. [fix]',
  ],
  CACHE_OF_TAG: [
    '.github/workflows/deploy-production.yml:12:21-56 This workflow runs for tags: the cache it writes is never read again.',
  ],
  CACHE_SCOPE_SHARED: [
    '.github/workflows/deploy.yml:17:21-38 `ghcr.io/acme/shop-frontend` and `ghcr.io/acme/shop-backend` both write their cache to the scope `buildkit`.',
  ],
  CACHE_WITHOUT_BUILDX: [
    '.github/workflows/deploy.yml:11:21-56 The job `build` writes a build cache without docker/setup-buildx-action.',
  ],
  COMPOSE_DOWN: ['deploy.sh:3:1-20 `docker compose down` stops the app before the new release starts.'],
  DATA_ANONYMOUS: [
    'docker-compose.yml:3:12-23 The data of `db` in /var/lib/postgresql is stored in an anonymous volume.',
  ],
  DEPLOY_CANCELLED: [
    '.github/workflows/deploy.yml:4:3-21 A newer run cancels the job `deploy` while it deploys. [fix]',
  ],
  DEPLOY_CONCURRENT: [
    '.github/workflows/deploy.yml:3:3-9 Two runs of the job `deploy` can deploy at the same time.',
  ],
  DIRECTORY_MOUNTED: ["docker-compose.yml:4:15-23 A container of `web` can write to the app's directory."],
  DRAY_COMPOSE_MISSING: ['dray.yml:4:14-37 The file docker-compose.prod.yml does not exist.'],
  DRAY_SERVICE_UNKNOWN: [
    'dray.yml:2:88-94 No compose file has a service `bakend`; known services: backend.',
    'dray.yml:4:23-26 No compose file has a service `api`; known services: backend.',
  ],
  DRAY_YML_INVALID: ['dray.yml:3:5-10 `environments.production.hots`: unknown key; did you mean `host`?.'],
  ENV_DEPLOY_KEPT: ['deploy.sh:2:3-16 `.env.deploy` is read here and never deleted.'],
  ENV_EXAMPLE_MISSING: [
    "docker-compose.yml:1:1-1 No `.env.example` lists the variables of the server's `.env`.",
  ],
  ENV_EXAMPLE_SECRET: ['.env.example:1:12-30 .env.example contains a string that looks like a real secret.'],
  ENV_IN_IMAGE: [
    'Dockerfile:2:1-9 This instruction copies `.env` into the image: .dockerignore does not exclude it. [fix]',
  ],
  ENV_NOT_IGNORED: ['.gitignore:1:1-1 Git does not ignore `.env`. [fix]'],
  ENV_OVERWRITTEN: ["deploy.sh:2:1-48 This command copies a `.env` over the server's."],
  ENV_TRACKED: ['.env:1:1-1 Git tracks `.env`.'],
  EXPRESSION_IN_SCRIPT: [
    '.github/workflows/deploy.yml:6:55-77 `github.head_ref` becomes part of the script, whatever it contains.',
  ],
  HEALTH_CHECK_MISSING: ['docker-compose.yml:2:3-6 `app` has no health check: its readiness is unknown.'],
  HEALTH_CHECK_PROGRAM: [
    'docker-compose.yml:5:13-66 The health check of `app` runs curl, which `node:22-alpine` does not have and Dockerfile does not install.',
  ],
  HOST_KEY_UNCHECKED: ['.github/workflows/deploy.yml:6:21-45 The host key of the server is not checked.'],
  IMAGE_CAPITALS: [
    'docker-compose.yml:3:12-32 The name `ghcr.io/Acme/Shop` has capital letters, which no registry accepts. [fix]',
  ],
  IMAGE_FLOATING: [
    'docker-compose.yml:3:12-20 The service `db` runs `postgres:latest`, which changes over time.',
  ],
  IMAGE_LATEST: [
    'docker-compose.yml:3:12-36 The service `app` always runs `:latest` of its image.',
    'dray.yml:5:10-16 The environment `production` runs `:latest`, not a fixed version.',
  ],
  IMAGE_NOT_PULLED: [
    '.github/workflows/deploy.yml:6:26-55 No compose file pulls `ghcr.io/acme/shop-frontend`.',
  ],
  IMAGE_NOT_PUSHED: [
    'docker-compose.yml:3:12-40 No workflow pushes `ghcr.io/acme/shop-api`; the workflows push ghcr.io/acme/shop-backend.',
  ],
  INCLUDE_NOT_SHIPPED: [
    'dray.yml:2:21-43 `config/.env.production` is not shipped: env files, logins of tools and what is below .git are never shipped.',
  ],
  LOGIN_KEPT: ['deploy.sh:2:24-80 The token of this login stays in `~/.docker/config.json` on the server.'],
  LOGIN_MISSING: [
    '.github/workflows/deploy.yml:8:15-42 The job `build` pushes to ghcr.io, but no earlier step logs in.',
  ],
  LOGS_UNLIMITED: [
    'docker-compose.yml:2:3-6 The logs of `app` have no size limit, unless the server sets one.',
  ],
  NGINX_ASKS_DNS: [
    'nginx/conf.d/default.conf:4:12-20 nginx resolves `app` at run time and may get a container that is not ready or about to stop.',
  ],
  NGINX_STALE_ADDRESS: [
    'nginx/conf.d/default.conf:3:20-35 nginx keeps the address that `app` had when nginx started, and deploy.sh never reloads it.',
  ],
  NGINX_UNKNOWN_HOST: ['nginx/conf.d/default.conf:3:20-39 docker-compose.yml has no service `backend`.'],
  NGINX_WRONG_PORT: [
    'nginx/conf.d/default.conf:3:20-35 nginx passes requests to port 3000 of `app`, but Dockerfile exposes 8000.',
  ],
  NOT_ROLLABLE: [
    'docker-compose.yml:4:21-25 Two containers of `app` cannot run side by side: it has the fixed name `shop`.',
  ],
  PERMISSION_MISSING: [
    '.github/workflows/deploy.yml:5:5-16 The job `build` pushes to ghcr.io, but its `packages` permission is `none`. [fix]',
  ],
  PERMISSION_WIDE: [
    '.github/workflows/deploy.yml:2:14-23 The workflow has write access to everything in the repository.',
  ],
  PORT_OPEN: [
    'docker-compose.yml:4:13-24 PostgreSQL in the service `db` is reachable on port 5432 of every address of the server.',
  ],
  PRUNE_ALL_IMAGES: ['deploy.sh:2:1-23 This command deletes the images that a rollback needs.'],
  PRUNE_VOLUMES: [
    'deploy.sh:2:25-34 This command deletes the volumes of every app on the server that no container uses at the moment.',
  ],
  PULL_REQUEST_TARGET: [
    '.github/workflows/preview.yml:8:16-57 The code of the pull request runs with the secrets of the repository.',
  ],
  PUSH_OF_PULL_REQUEST: [
    '.github/workflows/build.yml:8:17-21 The job `build` pushes images for pull requests too.',
  ],
  RESTART_MISSING: ['docker-compose.yml:2:3-6 `app` does not restart after a crash or a reboot. [fix]'],
  RSYNC_DELETES: ['deploy.sh:2:11-19 This rsync deletes files on the server that are not in the repository.'],
  RSYNC_OVERWRITES_ENV: [
    "deploy.sh:2:1-48 This rsync overwrites the server's `.env` if there is a `.env` here. [fix]",
  ],
  SCRIPT_GOES_ON: ['deploy.sh:1:1-10 deploy.sh continues after a command fails.'],
  SCRIPT_STALE_IMAGE: [
    'deploy.sh:2:1-21 No image is pulled before this command: an old image with the same tag starts again.',
  ],
  SECRET_IN_COMPOSE: [
    'docker-compose.yml:5:26-33 The value of `POSTGRES_PASSWORD` for the service `db` is in the compose file.',
  ],
  SECRET_IN_DOCKERFILE: ['Dockerfile:2:1-14 The value of `NPM_TOKEN` stays in the image.'],
  SECRETS_HANDED_OVER: [
    '.github/workflows/deploy.yml:8:24-39 Every secret of the repository is passed on here.',
  ],
  SHELL_TRACED: ['deploy.sh:1:1-9 With `-x`, this script prints its secrets to the log.'],
  TAG_NOT_SET: ['docker-compose.yml:3:12-44 The tag of `app` comes from `TAG`, which no deploy sets.'],
  TAG_NOT_PUSHED: [
    'dray.yml:5:10-13 The environment `test` deploys the full commit id, but the workflows push `app` as `sha-` and the short commit id.',
  ],
  TOKEN_IN_ARGUMENT: [
    'login.sh:1:44-59 The password of the registry is an argument of `docker login`. [fix]',
  ],
  TOKEN_IN_FILE: ['.github/workflows/deploy.yml:6:65-76 A secret is written to `.env.deploy`.'],
  TOKEN_PRINTED: ['deploy.sh:1:1-28 This command prints a secret to the log.'],
  VARIABLE_UNKNOWN: [
    'docker-compose.yml:5:16-26 `API_URL` is neither in .env.example nor set at deploy time. [fix]',
  ],
  VERSION_OBSOLETE: ['docker-compose.yml:1:1-8 Compose ignores `version` and warns about it. [fix]'],
  YAML_INVALID: ['docker-compose.yml:4:1-2 Invalid YAML: All mapping items must start at the same column.'],
  COPY_MISSING: ['Dockerfile:2:1-21 The build context has no `package.json`.'],
  DEPENDENCY_UNCHECKED: [
    'docker-compose.yml:4:19-21 `app` waits until `db` is healthy, but `db` has no health check.',
  ],
  DEPENDENCY_UNKNOWN: [
    'docker-compose.yml:4:18-26 `app` depends on `database`, which is not in the compose file.',
  ],
  DEPLOY_EVERY_BRANCH: [
    '.github/workflows/deploy.yml:3:3-9 The job `deploy` deploys at a push to any branch.',
  ],
  DOCKER_SOCKET: [
    'docker-compose.yml:4:15-61 `app` has the socket of Docker: it can do anything on the server.',
  ],
  NGINX_SYNTAX: ['nginx/conf.d/default.conf:4:9-35 The directive `proxy_pass` does not end with `;`.'],
  SCRIPT_BUILDS: ['deploy.sh:2:22-29 This deploy builds images on the server.'],
  SCRIPT_PULLS_GIT: ['deploy.sh:2:1-9 This deploy takes its files from a git clone on the server.'],
  SWARM_UNSUPPORTED: [
    'docker-compose.yml:4:15-45 `./nginx` is not on the other nodes of the swarm: make its files `configs` of `web`.',
  ],
  TAG_MISSPELT: ['dray.yml:4:10-17 `production` deploys the tag `verison`, which is not the rule `version`.'],
  SCHEDULER_ROLLED: [
    'docker-compose.yml:2:3-7 `beat` looks like a scheduler, and a deploy runs two of it for a while.',
  ],
}
