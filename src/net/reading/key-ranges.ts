/** Which keys of a tree are wanted: those of some collections. */
export interface KeyRanges {
  has(key: string): boolean
  /** Whether there may be such keys between two others; `before` is absent where nothing bounds them. */
  reach(after: string, before: string | undefined): boolean
}

/** @param collections names, and prefixes such as `app.bsky.feed.*`; none, or a `*` among them, are all. */
export function keyRanges(collections: readonly string[]): KeyRanges {
  if (collections.length === 0 || collections.includes('*')) return { has: () => true, reach: () => true }
  const ranges = collections.map(rangeOf)
  return {
    has: (key) => ranges.some(({ from, to }) => from <= key && key < to),
    reach: (after, before) =>
      ranges.some(({ from, to }) => after < to && (before === undefined || from < before)),
  }
}

interface Range {
  readonly from: string
  /** The first key after the range. */
  readonly to: string
}

/** The keys of `a.b.c` begin with `a.b.c/`, those of `a.b.*` with `a.b.`. */
function rangeOf(collection: string): Range {
  const from = collection.endsWith('.*') ? collection.slice(0, -1) : `${collection}/`
  const last = from.length - 1
  return { from, to: from.slice(0, last) + String.fromCharCode(from.charCodeAt(last) + 1) }
}
