/** The keys that lead to a field, from the outside in. */
export type FieldPath = readonly string[]

/**
 * Takes a path such as `reply.root.uri` apart. A dot within a key is written `\.`, and a backslash `\\`.
 *
 * @returns undefined when it has a backslash before anything else.
 */
export function parsePath(path: string): FieldPath | undefined {
  if (!path.includes('\\')) return path.split('.')
  if (/\\(?![.\\])/.test(path.replaceAll('\\\\', ''))) return undefined
  const keys: string[] = []
  let key = ''
  for (const [piece] of path.matchAll(/\\[.\\]|[^\\]/gs)) {
    if (piece !== '.') key += piece.at(-1)
    else {
      keys.push(key)
      key = ''
    }
  }
  return [...keys, key]
}
