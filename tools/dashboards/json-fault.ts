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
    return token
  }
  let fault: JsonFault | undefined
  const takeString = () => {
    const end = stringEnd(text, at)
    if (typeof end === 'number') at = end
    else fault = end
    return typeof end === 'number'
  }
  for (;;) {
    skipSpace()
    if (state === 'key' || state === 'key or end') {
      if (state === 'key or end' && take(/\}/y)) state = close(open)
      else if (!takeString()) return fault ?? { offset: at, expected: 'a key in quotes' }
      else {
        skipSpace()
        if (!take(/:/y)) return { offset: at, expected: 'a colon' }
        state = 'value'
      }
    } else if (state === 'value' || state === 'value or end') {
      const bracket = take(state === 'value or end' ? /[{[\]]/y : /[{[]/y)
      if (bracket === ']') state = close(open)
      else if (bracket === '{' || bracket === '[') {
        open.push(bracket)
        state = bracket === '{' ? 'key or end' : 'value or end'
      } else if (takeString() || take(word)) state = open.length === 0 ? 'end' : 'comma'
      else return fault ?? { offset: at, expected: 'a value' }
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

/**
 * Reads the string that begins at an offset, character by character: a string may be megabytes long.
 *
 * @returns the offset after it, what is wrong in it, or undefined where no string begins.
 */
function stringEnd(text: string, from: number): number | JsonFault | undefined {
  if (text.charAt(from) !== '"') return undefined
  for (let at = from + 1; at < text.length; at += 1) {
    const character = text.charAt(at)
    if (character === '"') return at + 1
    if (character < ' ') return { offset: at, expected: 'a closing quote, or an escape such as \\n,' }
    if (character !== '\\') continue
    escaping.lastIndex = at
    const escaped = escaping.exec(text)?.[0]
    if (escaped === undefined) return { offset: at, expected: 'an escape such as \\n or \\\\' }
    at += escaped.length - 1
  }
  return { offset: text.length, expected: 'a closing quote' }
}

const escaping = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const word = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
