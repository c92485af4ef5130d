/** Pause between two looks at the swarm, in milliseconds. */
export const LOOK_EVERY_MS = 500
