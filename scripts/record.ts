/**
 * Records `npm run demo` and makes the picture of it in README.md and on the site: `npm run record`.
 *
 * The demo runs on a pseudo-terminal; what it writes there becomes docs/images/demo.svg, in real time, from the deploy under
 * load on, and demo-still.svg, its end. The sentence below the picture in README.md and site/index.md gets the numbers of the same run.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeParts } from '../bench/readme-tables.ts'
import { captureProgram } from './record/capture.ts'
import { describeRun } from './record/describe-run.ts'
import { findSpans } from './record/find-spans.ts'
import { renderStill, renderSvg } from './record/render-svg.ts'
import { replay } from './record/replay.ts'
import { root } from './site/pages.ts'

/** Where the picture begins: the title of the third part of the demo. */
const firstLine = '3 v2 replaces v1'
const size = { columns: 100, rows: 28 }
/** Between two looks at the screen. */
const stepMs = 125
/** For reading the results, before the picture begins again. */
const holdMs = 8000

const argv = [process.execPath, '--import', 'tsx', 'scripts/demo.ts']
const recording = await captureProgram({ argv, ...size, cwd: root })
const frames = await replay(recording, stepMs)
const film = findSpans(frames, firstLine, holdMs)
const sentence = describeRun(film)
const picture = { ...size, title: sentence }
await writeFile(join(root, 'docs/images/demo.svg'), renderSvg(film, picture))
await writeFile(join(root, 'docs/images/demo-still.svg'), renderStill(film, picture))
for (const file of ['README.md', 'site/index.md'])
  await writeParts(join(root, file), 'record', new Map([['sentence', sentence]]))
console.log(sentence)
