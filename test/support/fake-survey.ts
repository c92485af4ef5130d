import type { DirectorySurvey } from '../../src/operations/remove/removal-host.ts'

/** What is in an app's directory where these files are left; `a.yml` is one of the release. */
export function fakeSurvey(files: ReadonlySet<string>, more: Partial<DirectorySurvey> = {}): DirectorySurvey {
  return {
    hashes: new Map(files.has('a.yml') ? [['a.yml', 'a'.repeat(64)]] : []),
    written: [],
    envFiles: files.has('.env') ? ['.env'] : [],
    outside: [],
    unwritable: [],
    hasAdopted: false,
    hasRecords: files.has('.dray'),
    isCheckout: false,
    entries: [...files],
    otherDirectories: [],
    ...more,
  }
}
