/**
 * Finds where a name stands alone in a text: next to it is no character of `part`. The names of strangers may be too long for a
 * regular expression.
 */
export function* placesOf(name: string, text: string, part: RegExp): Generator<number> {
  if (name === '') return
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    if (!isPart(text[at - 1], part) && !isPart(text[at + name.length], part)) yield at
  }
}

/** Replaces a name wherever it stands alone. */
export function replaceName(name: string, text: string, part: RegExp, replacement: string): string {
  let result = ''
  let end = 0
  for (const at of placesOf(name, text, part)) {
    if (at < end) continue
    result += text.slice(end, at) + replacement
    end = at + name.length
  }
  return result + text.slice(end)
}

function isPart(character: string | undefined, part: RegExp): boolean {
  return character !== undefined && part.test(character)
}
