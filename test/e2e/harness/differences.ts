/** What two lists do not have in common, of which nothing may be there twice. */
export interface Differences {
  readonly missing: readonly string[]
  readonly extra: readonly string[]
  /** Those with the same key whose values are not the same. */
  readonly different: readonly string[]
}

export const none: Differences = { missing: [], extra: [], different: [] }

export interface Keyed<Value> {
  readonly labels: Readonly<Record<string, string>>
  readonly value: Value
}

/** Compares by labels; `isSame` compares what is expected with what is found. */
export function differences<Expected, Found>(
  expected: readonly Keyed<Expected>[],
  found: readonly Keyed<Found>[],
  isSame: (expected: Expected, found: Found) => boolean,
): Differences {
  const wanted = byKey(expected)
  const there = byKey(found)
  return {
    missing: [...wanted.keys()].filter((key) => !there.has(key)),
    extra: [...there.keys()].filter((key) => !wanted.has(key)),
    different: [...wanted]
      .filter(([key, value]) => there.has(key) && !isSame(value, there.get(key) as Found))
      .map(([key, value]) => `${key}: ${JSON.stringify(there.get(key))} is not ${JSON.stringify(value)}`),
  }
}

function byKey<Value>(list: readonly Keyed<Value>[]): Map<string, Value> {
  const map = new Map<string, Value>()
  for (const { labels, value } of list) {
    const key = JSON.stringify(Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1)))
    if (map.has(key)) throw new Error(`there are two of ${key}`)
    map.set(key, value)
  }
  return map
}
