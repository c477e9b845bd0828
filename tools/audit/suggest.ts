import { nearest } from '@tidegauge/otel/nearest'

/** Finds the name that was meant, like `nearest`. */
export type Suggest = (typed: string, names: ReadonlySet<string> | readonly string[]) => string | undefined

/** A comparison takes a microsecond or two; what everybody misspells is found with fewer. */
const mostComparisons = 1_000_000

/** Makes suggestions for one check, until the names of strangers have been compared a million times. */
export function createSuggest(): Suggest {
  let left = mostComparisons
  return (typed, names) => {
    left -= 'size' in names ? names.size : names.length
    return left < 0 ? undefined : nearest(typed, names)
  }
}
