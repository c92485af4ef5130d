import { lines } from '../lines.ts'
import { entryOf } from '../parse/yaml-tree.ts'
import type { Rule } from '../rule.ts'

export const versionObsolete: Rule = {
  code: 'VERSION_OBSOLETE',
  severity: 'note',
  title: 'The compose file has a `version`.',
  why: 'Compose has ignored it since 2.0 and warns about it with every command, which hides other warnings.',
  hint: 'Remove the line.',
  bad: { 'docker-compose.yml': lines("version: '3.8'", 'services:', '  web:', '    image: nginx:1.28') },
  good: { 'docker-compose.yml': lines('services:', '  web:', '    image: nginx:1.28') },
  *check({ apps }) {
    for (const { file, root } of new Set(apps.flatMap(({ files }) => files))) {
      const version = entryOf(root, 'version')
      if (version === undefined || version.value.kind !== 'scalar') continue
      const { start } = version.key
      const lineEnd = file.text.indexOf('\n', version.value.end)
      const end = lineEnd < 0 ? file.text.length : lineEnd + 1
      const isAlone =
        file.text.slice(file.text.lastIndexOf('\n', start - 1) + 1, start) === '' &&
        /^\s*(#.*)?\s*$/.test(file.text.slice(version.value.end, end))
      yield {
        at: version.key,
        message: 'Compose ignores `version` and warns about it.',
        edits: isAlone ? [{ file, start, end, text: '' }] : [],
      }
    }
  },
}
