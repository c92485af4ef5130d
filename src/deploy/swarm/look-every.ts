/** Pause between two looks at the swarm, in milliseconds. */
export const LOOK_EVERY_MS = 500

/** After a change, Swarm needs a moment until it calls the update one. */
export const BEGIN_MS = 1_500
