/** Where a text stops being JSON, and what would have to stand there. */
export interface JsonFault {
  readonly offset: number
  readonly expected: string
}

/** Finds the first character that `JSON.parse`, which does not always tell, stumbles over. Undefined for valid JSON. */
export function findFault(text: string, begin: number): JsonFault | undefined {
  const open: ('{' | '[')[] = []
  let at = begin
  let state: State = 'value'
  const skipSpace = () => {
    while (/[ \t\r\n]/.test(text.charAt(at))) at += 1
  }
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at
    const token = pattern.exec(text)?.[0]
    if (token !== undefined) at += token.length
    // A string that is never closed is the end of the text rather than a fault at its beginning.
    else if (pattern === string && text.charAt(at) === '"' && !/["\r\n]/.test(text.slice(at + 1)))
      at = text.length
    return token
  }
  for (;;) {
    skipSpace()
    if (state === 'key' || state === 'key or end') {
      if (state === 'key or end' && take(/\}/y)) state = close(open)
      else if (!take(string)) return { offset: at, expected: 'a key in quotes' }
      else {
        skipSpace()
        if (!take(/:/y)) return { offset: at, expected: 'a colon' }
        state = 'value'
      }
    } else if (state === 'value' || state === 'value or end') {
      const bracket = take(/[{[]/y)
      if (state === 'value or end' && take(/\]/y)) state = close(open)
      else if (bracket === '{' || bracket === '[') {
        open.push(bracket)
        state = bracket === '{' ? 'key or end' : 'value or end'
      } else if (take(string) || take(word)) state = open.length === 0 ? 'end' : 'comma'
      else return { offset: at, expected: 'a value' }
    } else if (state === 'comma') {
      const isObject = open.at(-1) === '{'
      if (take(/,/y)) state = isObject ? 'key' : 'value'
      else if (take(isObject ? /\}/y : /\]/y)) state = close(open)
      else return { offset: at, expected: `a comma or ${isObject ? '}' : ']'}` }
    } else return at < text.length ? { offset: at, expected: 'the end of the file' } : undefined
  }
}

type State = 'value' | 'value or end' | 'key' | 'key or end' | 'comma' | 'end'

function close(open: string[]): State {
  open.pop()
  return open.length === 0 ? 'end' : 'comma'
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids control characters in strings.
const string = /"(?:[^"\\\u0000-\u001f]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const word = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
