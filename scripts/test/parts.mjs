/** The parts of `npm test`: the set-up, and the checks and suites of package.json. */

/** @param {string} script of package.json */
const npm = (script) => ['npm', 'run', '--silent', script, '--']

/**
 * The checks and the unit tests take a core, the engine tests half of another; the e2e tests take what is left, and all when
 * the others have ended.
 * @type {import('./run-parts.mjs').Part[]}
 */
export const parts = [
  { name: 'setup', command: [process.execPath, 'scripts/setup.mjs', 'engine', 'network', 'browser'] },
  { name: 'format', command: npm('check:format'), after: ['setup'] },
  { name: 'lint', command: npm('check:lint'), after: ['format'] },
  { name: 'english', command: npm('check:english'), after: ['lint'] },
  { name: 'types', command: npm('check:types'), after: ['english'] },
  { name: 'unused', command: npm('check:unused'), after: ['types'] },
  { name: 'layers', command: npm('check:layers'), after: ['unused'] },
  { name: 'site', command: npm('site'), after: ['layers'] },
  { name: 'unit', command: npm('test:unit'), isSuite: true, after: ['site'] },
  { name: 'engine', command: npm('test:engine'), isSuite: true, needs: ['setup'] },
  { name: 'e2e', command: npm('test:e2e'), isSuite: true, needs: ['setup'], after: ['unit'] },
]
