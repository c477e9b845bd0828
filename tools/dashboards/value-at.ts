/** What stands in parsed JSON at the end of a path; undefined as soon as a step leads nowhere. */
export function valueAt(value: unknown, ...path: readonly (string | number)[]): unknown {
  let at = value
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined
    at = (at as Readonly<Record<string | number, unknown>>)[step]
  }
  return at
}

/** The elements of an array in parsed JSON; none when it is something else. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const list = valueAt(value, ...path)
  return Array.isArray(list) ? list : []
}

/** The text there, unless it is missing, empty or no text. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const text = valueAt(value, ...path)
  return typeof text === 'string' && text !== '' ? text : undefined
}

/** Every string in a value, keys left out, except what is below `without`. */
export function stringsIn(value: unknown, without: ReadonlySet<unknown> = new Set()): readonly string[] {
  const found: string[] = []
  const collect = (each: unknown) => {
    if (typeof each === 'string') found.push(each)
    else if (typeof each === 'object' && each !== null && !without.has(each)) {
      for (const inner of Object.values(each)) collect(inner)
    }
  }
  collect(value)
  return found
}
