import { lines } from '../lines.ts'
import { inputOf, type Step } from '../model/workflow.ts'
import { nodeAt, type YamlNode } from '../parse/yaml-tree.ts'
import type { Rule } from '../rule.ts'

/** Inputs and variables that a major version of an action dropped: their release notes. */
const gone: readonly {
  action: string
  major: number
  /** Each with what to write in its place. */
  inputs: Readonly<Record<string, string>>
  variables: Readonly<Record<string, string>>
}[] = [
  {
    action: 'docker/setup-buildx-action',
    major: 4,
    inputs: {
      install: 'say `docker buildx build`, or set up the alias by `docker buildx install`',
      config: 'say `buildkitd-config`',
      'config-inline': 'say `buildkitd-config-inline`',
    },
    variables: {},
  },
  {
    action: 'docker/build-push-action',
    major: 7,
    inputs: {},
    variables: {
      DOCKER_BUILD_NO_SUMMARY: 'say `DOCKER_BUILD_SUMMARY: false`',
      DOCKER_BUILD_EXPORT_RETENTION_DAYS: 'say `DOCKER_BUILD_RECORD_RETENTION_DAYS`',
      DOCKER_BUILD_EXPORT_LEGACY: 'nothing takes its place',
    },
  },
]

export const actionInputGone: Rule = {
  code: 'ACTION_INPUT_GONE',
  severity: 'warning',
  title: 'An action is given something that its version no longer knows.',
  why: 'The action passes over it with a warning that nobody reads: what it was to do does not happen.',
  fix: 'Use what took its place; the release notes of the action name it.',
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
            yield { at, message: `\`${name}\` is gone since v${row.major} of ${row.action}: ${instead}.` }
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
