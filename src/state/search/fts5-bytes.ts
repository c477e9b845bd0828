/**
 * How much an FTS5 index takes, in bytes, by its structure record (row 10 of its `_data` table) instead of by the
 * pages themselves, all of which would have to be read.
 *
 * The record lists, level by level, the segments with their first and last page; FTS5 fills pages to about 4000
 * bytes, each of which takes one page of the database.
 */
export function fts5Bytes(structure: Uint8Array): number {
  let at = 4
  const isSecondForm = structure[at] === 0xff && structure[at + 1] === 0
  if (isSecondForm) at += 4
  const next = (): number => {
    let value = 0
    for (let i = 0; i < 9; i++) {
      const byte = structure[at++] ?? 0
      if (i === 8) return value * 256 + byte
      value = value * 128 + (byte & 0x7f)
      if (byte < 0x80) return value
    }
    return value
  }
  const [levels] = [next(), next(), next()]
  let pages = 0
  for (let level = 0; level < (levels ?? 0); level++) {
    const [, segments = 0] = [next(), next()]
    for (let segment = 0; segment < segments; segment++) {
      const [, first, last] = [next(), next(), next()]
      pages += Math.max(0, (last ?? 0) - (first ?? 0) + 1)
      // First and last origin, pages of tombstones, deleted entries, entries.
      if (isSecondForm) pages += [next(), next(), next(), next(), next()][2] ?? 0
    }
  }
  return pages * 4096
}
