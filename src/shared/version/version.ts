import manifest from '../../../package.json' with { type: 'json' }

/** Version of dray, as `dray --version` prints it. */
export const version: string = manifest.version
