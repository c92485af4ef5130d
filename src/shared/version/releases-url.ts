import manifest from '../../../package.json' with { type: 'json' }

/** The page of dray's releases; the files of version X are at `download/vX/NAME` below it. */
export const releasesUrl = `${manifest.repository.url.replace(/^git\+|\.git$/g, '')}/releases`
