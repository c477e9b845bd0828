/**
 * Turns a pattern of paths into a regular expression of RE2 for the whole of a path: `*` is any text within a folder, `**` any
 * folders, `?` any character within a folder, `[a-z]` one of some, `{a,b}` one of several. Node tries every way to share out
 * a path among the asterisks, which can take for ever.
 */
export function globExpression(glob: string): string {
  let depth = 0
  const parts = glob.match(tokens) ?? []
  const expression = parts.map((part) => {
    if (part === '{') depth += 1
    if (part === '}' && depth > 0) {
      depth -= 1
      return ')'
    }
    if (part === ',' && depth > 0) return '|'
    if (part.length > 1 && part.startsWith('[')) return part.replace(/^\[!/, '[^').replaceAll('\\', '\\\\')
    return meanings[part] ?? part.replace(/^[\\^$.|+()[\]{}]$/, '\\$&')
  })
  return expression.join('') + ')'.repeat(depth)
}

const tokens = /\*\*\/|\*+|\[!?\]?[^\][]*\]|[\s\S]/g

const meanings: Readonly<Record<string, string>> = {
  '**/': '(?:.*/)?',
  '**': '.*',
  '*': '[^/]*',
  '?': '[^/]',
  '{': '(?:',
}
