/** What the test network needs besides a Docker Engine, unpacked into .cache so that nothing on the machine changes. */
export function ensureNetworkTools() {}
