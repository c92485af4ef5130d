import manifest from '../../../package.json' with { type: 'json' }

/** The page of dray's releases; the files of version X are at `download/vX/NAME` below it. */
export const releasesUrl = `${manifest.repository.url.replace(/^git\+|\.git$/g, '')}/releases`

/** GitHub's answer about the newest release: https://docs.github.com/en/rest/releases/releases#get-the-latest-release */
export const newestReleaseUrl = `https://api.github.com/repos${new URL(releasesUrl).pathname}/latest`
