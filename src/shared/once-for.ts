type Made<T> = { value: T }

/**
 * Calls `make` once for each object, and gives every caller its result: what is the same for all hosts is worked out for the first
 * one. The object must not be changed; the result goes with it.
 */
export function onceFor<K extends object, T>(make: (key: K) => T): (key: K) => T {
  return once(new WeakMap<K, Made<T>>(), (key) => key, make)
}

/** The same for equal values of JSON, as long as the function is there. */
export function onceForEqual<K, T>(make: (key: K) => T): (key: K) => T {
  return once(new Map<string, Made<T>>(), (key) => JSON.stringify(key), make)
}

function once<K, Name, T>(
  known: { get: (name: Name) => Made<T> | undefined; set: (name: Name, made: Made<T>) => unknown },
  nameOf: (key: K) => Name,
  make: (key: K) => T,
): (key: K) => T {
  return (key) => {
    const name = nameOf(key)
    const found = known.get(name) ?? { value: make(key) }
    known.set(name, found)
    return found.value
  }
}
