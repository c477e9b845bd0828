/**
 * Tells whether a text is what a pattern stands for, in which `*` is any text and `?` any character. Others write the pattern:
 * the time it takes grows with the product of the lengths, where a regular expression would try every way to share out the text.
 */
export function matchesWildcard(pattern: string, text: string): boolean {
  let [at, from] = [0, 0]
  // Where the last asterisk stands, and how much of the text was left to it so far.
  let [asterisk, taken] = [-1, 0]
  while (from < text.length) {
    if (pattern[at] === '*') {
      asterisk = at
      taken = from
      at += 1
    } else if (pattern[at] === '?' || pattern[at] === text[from]) {
      at += 1
      from += 1
    } else if (asterisk >= 0) {
      // An earlier asterisk need not take more: whatever comes next may come later as well.
      taken += 1
      at = asterisk + 1
      from = taken
    } else return false
  }
  while (pattern[at] === '*') at += 1
  return at === pattern.length
}
