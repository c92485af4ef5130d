import { lines } from '../lines.ts'
import { inputOf, type Step } from '../model/workflow.ts'
import { nodeAt, type YamlNode } from '../parse/yaml-tree.ts'
import type { Rule } from '../rule.ts'

/** Inputs and variables that a major version of an action removed, from its release notes. */
const gone: readonly {
  action: string
  major: number
  /** Each with its replacement. */
  inputs: Readonly<Record<string, string>>
  variables: Readonly<Record<string, string>>
}[] = [
  {
    action: 'docker/setup-buildx-action',
    major: 4,
    inputs: {
      install: 'use `docker buildx build`, or create the alias with `docker buildx install`',
      config: 'use `buildkitd-config`',
      'config-inline': 'use `buildkitd-config-inline`',
    },
    variables: {},
  },
  {
    action: 'docker/build-push-action',
    major: 7,
    inputs: {},
    variables: {
      DOCKER_BUILD_NO_SUMMARY: 'use `DOCKER_BUILD_SUMMARY: false`',
      DOCKER_BUILD_EXPORT_RETENTION_DAYS: 'use `DOCKER_BUILD_RECORD_RETENTION_DAYS`',
      DOCKER_BUILD_EXPORT_LEGACY: 'it has no replacement',
    },
  },
]

export const actionInputGone: Rule = {
  code: 'ACTION_INPUT_GONE',
  severity: 'warning',
  title: 'A workflow sets an input or a variable that this version of the action no longer has.',
  why: 'The action only prints a warning, and the setting has no effect.',
  hint: 'Use the replacement that the release notes of the action name.',
  bad: workflowWith('config-inline'),
  good: workflowWith('buildkitd-config-inline'),
  *check({ workflows }) {
    for (const step of workflows.flatMap(({ jobs }) => jobs.flatMap(({ steps }) => steps))) {
      const row = gone.find(({ action }) => action === step.action)
      if (row === undefined || majorOf(step) < row.major) continue
      const given: [Readonly<Record<string, string>>, (name: string) => YamlNode | undefined][] = [
        [row.inputs, (name) => inputOf(step, name)],
        [row.variables, (name) => nodeAt(step.node, 'env', name)],
      ]
      for (const [names, find] of given)
        for (const [name, instead] of Object.entries(names)) {
          const at = find(name)
          if (at !== undefined)
            yield { at, message: `${row.action} removed \`${name}\` in v${row.major}: ${instead}.` }
        }
    }
  },
}

/** The version after `@`, or in the comment beside the commit. */
function majorOf({ uses }: Step): number {
  if (uses === undefined) return 0
  const lineEnd = uses.file.text.indexOf('\n', uses.end)
  const line = uses.file.text.slice(uses.start, lineEnd < 0 ? undefined : lineEnd)
  return Number(/[@#]\s*v(\d+)/.exec(line)?.[1] ?? 0)
}

function workflowWith(input: string): Record<string, string> {
  return {
    '.github/workflows/deploy.yml': lines(
      'on: push',
      'jobs:',
      '  build:',
      '    runs-on: ubuntu-latest',
      '    steps:',
      '      - uses: docker/setup-buildx-action@v4',
      '        with:',
      `          ${input}: |`,
      '            debug = true',
    ),
  }
}
