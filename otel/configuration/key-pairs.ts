/**
 * Reads `key=value,key2=value2`, percent-encoded, as the variables of the standard write it.
 *
 * @throws {Error} when the text is something else.
 */
export function parseKeyPairs(text: string): Record<string, string> {
  const pairs = text
    .split(',')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=')
      if (at < 1) throw new Error(`no key=value: ${pair}`)
      return [
        decodeURIComponent(pair.slice(0, at).trim()),
        decodeURIComponent(pair.slice(at + 1).trim()),
      ] as const
    })
  return Object.fromEntries(pairs)
}
