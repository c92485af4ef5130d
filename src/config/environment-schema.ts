import * as z from 'zod'
import { disk, hooks, keep, notify, probe, text } from './schema-parts.ts'

const fileList = z.union([text('a file'), z.array(text('a file')).min(1, 'expected at least one file')], {
  error: 'expected a file or a list of files',
})

const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/

const host = z
  .string()
  .regex(
    /^(?:ssh:\/\/)?(?:[A-Za-z0-9_][A-Za-z0-9._-]*@)?(?:[A-Za-z0-9_][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/,
    'expected a host as user@name, user@name:port, a name of ~/.ssh/config, or local',
  )

/** One entry of `environments`. */
export const environmentSchema = z.strictObject({
  host: host.optional().meta({
    description:
      'The server, as `ssh` takes it: `user@name`, `user@name:port`, or a name of `~/.ssh/config`. `local` is the machine that dray runs on.',
    examples: ['deploy@test.example.com'],
  }),
  hosts: z
    .array(host)
    .min(1, 'expected at least one host')
    .optional()
    .meta({
      description: 'Several servers that run the same app. Either this or `host`.',
      omitFromExample: true,
      examples: [['deploy@a.example.com', 'deploy@b.example.com']],
    }),
  path: text('a directory')
    .optional()
    .meta({
      description:
        "The app's directory on the server; it holds `.env`. Absolute, unless the host is `local`.",
      examples: ['/srv/shop'],
      defaultText: '`/srv/<app>`; for `local` the directory of the compose file',
    }),
  tag: text('a tag')
    .optional()
    .meta({
      description:
        'Which tag to deploy where none is named. `sha`: the commit (`GITHUB_SHA`, else the checked-out one). `version`: the git tag (in Actions the one that started the run). `latest`, or any other text: that tag; `${SHA}`, `${SHORT_SHA}`, `${VERSION}` and deploy-time values are put in.',
      examples: ['sha', 'version', 'build-${GITHUB_RUN_NUMBER}'],
      defaultText: "none: `IMAGE_TAG` is not set, and the compose file's own default holds",
    }),
  compose: fileList.optional().meta({
    description:
      'The compose file, or several that are merged as `docker compose -f a -f b` does. Relative to dray.yml.',
    examples: ['docker-compose.production.yml', ['docker-compose.yml', 'docker-compose.test.yml']],
    defaultText: 'the first of `compose.yaml`, `compose.yml`, `docker-compose.yml`, `docker-compose.yaml`',
  }),
  url: z
    .url({ protocol: /^https?$/, error: 'expected an address that starts with http:// or https://' })
    .optional()
    .meta({
      description: 'Where people reach the app. In Actions it is an output, for the page of the deployment.',
      omitFromExample: true,
      examples: ['https://test.example.com'],
      defaultText: 'none',
    }),
  probe: probe.optional().meta({
    description: 'Instead of the top-level `probe`.',
    defaultText: 'the top-level one',
    omitFromExample: true,
  }),
  notify: notify.optional().meta({
    description: 'Instead of the top-level `notify`; `[]` tells nobody.',
    defaultText: 'the top-level one',
    omitFromExample: true,
  }),
  hooks: hooks.optional().meta({
    description: 'Instead of the top-level `hooks`.',
    defaultText: 'the top-level ones',
    omitFromExample: true,
  }),
  keep: keep.optional().meta({
    description: 'Instead of the top-level `keep`.',
    defaultText: 'the top-level one',
    omitFromExample: true,
    examples: [10],
  }),
  disk: disk.optional().meta({
    description: 'Instead of the top-level `disk`.',
    defaultText: 'the top-level one',
    omitFromExample: true,
  }),
  env: z
    .record(
      z.string().regex(variableName, 'expected the name of a variable (letters, digits and `_`)'),
      z.string(),
    )
    .optional()
    .meta({
      description:
        'Values for `${…}` in the compose file that belong to this environment. No secrets: those live in `.env` on the server.',
      examples: [{ PUBLIC_URL: 'https://test.example.com' }],
    }),
})
