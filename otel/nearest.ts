/**
 * Finds the name that a mistyped one was most likely meant to be.
 *
 * @returns undefined when none is near enough to be worth suggesting, or the name is longer than names are.
 */
export function nearest(typed: string, names: Iterable<string>): string | undefined {
  if (typed.length > longest) return undefined
  const wanted = typed.toLowerCase()
  let best: string | undefined
  let least = Math.max(1, Math.floor(typed.length / 3)) + 1
  for (const name of names) {
    if (Math.abs(name.length - typed.length) > least) continue
    const edits = distance(wanted, name.toLowerCase(), least + 1)
    // Of two that are as near, the one that begins like it: `rat` is `rate` rather than `rad`.
    const isBetter = best !== undefined && edits === least && shared(typed, name) > shared(typed, best)
    if (edits < least || isBetter) [best, least] = [name, edits]
  }
  return best
}

/** To compare two names takes the product of their lengths. */
const longest = 200

/** ` (did you mean NAME?)`, or nothing, to end a message with. */
export function didYouMean(typed: string, names: Iterable<string>): string {
  const name = nearest(typed, names)
  return name === undefined ? '' : ` (did you mean ${name}?)`
}

/** Insertions, deletions, substitutions and swaps of neighbours that lead from one text to the other; `limit` when there are that many. */
function distance(from: string, to: string, limit: number): number {
  let before: number[] = []
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const above = row
    row = [i]
    let smallest = i
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1]
      let edits = Math.min(at(above, j) + 1, at(row, j - 1) + 1, at(above, j - 1) + (same ? 0 : 1))
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1])
        edits = Math.min(edits, at(before, j - 2) + 1)
      row.push(edits)
      if (edits < smallest) smallest = edits
    }
    if (smallest >= limit) return limit
    before = above
  }
  return at(row, to.length)
}

function shared(a: string, b: string): number {
  let length = 0
  while (length < a.length && a[length] === b[length]) length += 1
  return length
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
