/** The override file that dray writes for an app of one compose file: the running images by digest. */
export const OVERRIDE_NAME = 'docker-compose.override.yml'

/** The same for an app with several compose files. */
export const PINS_NAME = '.dray-pins.yml'
