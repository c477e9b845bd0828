import { UsageError } from '@tidegauge/otel/usage-error'
import { findFault } from './json-fault.ts'
import { Lines } from './lines.ts'

/** A value of a JSON text together with where it stands there. */
export interface JsonNode {
  readonly value: unknown
  /** Offsets in the text, from the first character to after the last. */
  readonly start: number
  readonly end: number
  /** Offset of the quote that begins the key, for a member of an object. */
  readonly keyStart: number | undefined
  /** Members by key, of an object. */
  readonly members: ReadonlyMap<string, JsonNode> | undefined
  /** Of an array. */
  readonly items: readonly JsonNode[] | undefined
}

/** A text that was read, with the lines of its offsets. */
export interface JsonText {
  readonly root: JsonNode
  readonly lines: Lines
}

/** Deeper than any dashboard is, shallower than the stack. */
const maxDepth = 200

/**
 * Reads JSON strictly and keeps the position of every value. A byte order mark in front is skipped.
 *
 * @throws {UsageError} with file and line when the text is not JSON, or names a key twice in one object.
 */
export function parseJsonText({ file, text }: { readonly file: string; readonly text: string }): JsonText {
  const begin = text.charCodeAt(0) === 0xfeff ? 1 : 0
  const lines = Lines.of(text)
  let value: unknown
  try {
    value = JSON.parse(begin === 0 ? text : text.slice(begin))
  } catch {
    throw syntaxError({ file, text, begin, lines })
  }
  return { root: new Scanner(text, file, lines).read(begin, value, undefined, 0, undefined), lines }
}

/**
 * Reads a text that came from another one by inserting valid JSON after its first `same` characters. What stands
 * before them is taken over node by node, the same objects, so that whoever adds to a long text does not read all of it
 * every time.
 */
export function reparseJsonText(
  before: JsonText,
  { file, text, same }: { readonly file: string; readonly text: string; readonly same: number },
): JsonText {
  const lines = before.lines.continued(text, same)
  const { root } = before
  return { root: new Scanner(text, file, lines, same).read(root.start, undefined, undefined, 0, root), lines }
}

/** The node that a path of keys and indices leads to. */
export function nodeAt(root: JsonNode, path: readonly (string | number)[]): JsonNode | undefined {
  let node: JsonNode | undefined = root
  for (const step of path) {
    node = typeof step === 'number' ? node?.items?.[step] : node?.members?.get(step)
  }
  return node
}

/** Walks a text that is known to be valid JSON, so that it only has to tell where values begin and end. */
class Scanner {
  readonly #text: string
  readonly #file: string
  readonly #lines: Lines
  /** So many characters are those of the text that was read before. */
  readonly #same: number

  constructor(text: string, file: string, lines: Lines, same = 0) {
    this.#text = text
    this.#file = file
    this.#lines = lines
    this.#same = same
  }

  /**
   * @param value what stands there, where it has been parsed; otherwise it is put together.
   * @param old what stood there in the text before.
   */
  read(
    from: number,
    value: unknown,
    keyStart: number | undefined,
    depth: number,
    old: JsonNode | undefined,
  ): JsonNode {
    const start = this.#skipSpace(from)
    if (old !== undefined && old.end <= this.#same && old.start === start) return old
    const first = this.#text.charCodeAt(start)
    if (first === openBrace || first === openBracket) {
      if (depth > maxDepth) {
        throw new UsageError(
          `${this.#file}:${this.#lines.lineOf(start)}: values are nested more than ${maxDepth} deep; this is not a dashboard`,
        )
      }
      return first === openBrace
        ? this.#object(start, value, keyStart, depth, old)
        : this.#array(start, value, keyStart, depth, old)
    }
    const end = first === quote ? this.#stringEnd(start) : this.#wordEnd(start)
    const own = value === undefined ? (JSON.parse(this.#text.slice(start, end)) as unknown) : value
    return { value: own, start, end, keyStart, members: undefined, items: undefined }
  }

  #array(
    start: number,
    value: unknown,
    keyStart: number | undefined,
    depth: number,
    old: JsonNode | undefined,
  ): JsonNode {
    const items = this.#unchanged(start, old)
    let at = this.#skipSpace(start + 1)
    const resumed = old?.items?.[items.length]
    if (items.length > 0 && resumed !== undefined) at = resumed.start
    while (this.#text.charCodeAt(at) !== closeBracket) {
      const inside = (value as readonly unknown[] | undefined)?.[items.length]
      const item = this.read(at, inside, undefined, depth + 1, old?.items?.[items.length])
      items.push(item)
      at = this.#next(item.end)
    }
    const own = value ?? items.map((item) => item.value)
    return { value: own, start, end: at + 1, keyStart, members: undefined, items }
  }

  /** The items of an array up to the last one that begins where it began; that one may go on otherwise. */
  #unchanged(start: number, old: JsonNode | undefined): JsonNode[] {
    if (old?.items === undefined || old.start !== start) return []
    const changed = old.items.findIndex((item) => item.start >= this.#same)
    const count = changed === -1 ? old.items.length : changed
    return old.items.slice(0, Math.max(0, count - 1))
  }

  #object(
    start: number,
    value: unknown,
    keyStart: number | undefined,
    depth: number,
    old: JsonNode | undefined,
  ): JsonNode {
    const members = new Map<string, JsonNode>()
    let at = this.#skipSpace(start + 1)
    while (this.#text.charCodeAt(at) === quote) {
      const keyEnd = this.#stringEnd(at)
      const raw = this.#text.slice(at + 1, keyEnd - 1)
      const key = raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw
      const seen = members.get(key)
      if (seen !== undefined) throw this.#twice(key, seen.keyStart ?? start, at)
      const member = this.read(
        this.#skipSpace(keyEnd) + 1,
        (value as Readonly<Record<string, unknown>> | undefined)?.[key],
        at,
        depth + 1,
        old?.members?.get(key),
      )
      members.set(key, member)
      at = this.#next(member.end)
    }
    const own = value ?? Object.fromEntries([...members].map(([key, member]) => [key, member.value]))
    return { value: own, start, end: at + 1, keyStart, members, items: undefined }
  }

  /** The value that stands in the tree is that of the last of two; told before anything reads it. */
  #twice(key: string, first: number, second: number): UsageError {
    const name = JSON.stringify(key.slice(0, 80))
    return new UsageError(
      `${this.#file}:${this.#lines.lineOf(second)}: the key ${name} stands twice in one object, first in line ${this.#lines.lineOf(first)}; keep one of them`,
    )
  }

  /** After the comma that follows, or at the closing bracket. */
  #next(end: number): number {
    const at = this.#skipSpace(end)
    return this.#text.charCodeAt(at) === comma ? this.#skipSpace(at + 1) : at
  }

  #skipSpace(from: number): number {
    let at = from
    while (isSpace(this.#text.charCodeAt(at))) at += 1
    return at
  }

  #stringEnd(start: number): number {
    for (let at = this.#text.indexOf('"', start + 1); ; at = this.#text.indexOf('"', at + 1)) {
      let slashes = 0
      while (this.#text.charCodeAt(at - 1 - slashes) === backslash) slashes += 1
      if (slashes % 2 === 0) return at + 1
    }
  }

  /** Of a number, `true`, `false` or `null`. */
  #wordEnd(start: number): number {
    for (let at = start; ; at += 1) {
      const code = this.#text.charCodeAt(at)
      if (code === comma || code === closeBrace || code === closeBracket || isSpace(code)) return at
      if (Number.isNaN(code)) return at
    }
  }
}

const quote = 0x22
const comma = 0x2c
const openBracket = 0x5b
const backslash = 0x5c
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}

interface BrokenText {
  readonly file: string
  readonly text: string
  readonly begin: number
  readonly lines: Lines
}

function syntaxError({ file, text, begin, lines }: BrokenText): UsageError {
  const content = text.slice(begin, begin + 10_000).trimStart()
  const exportIt = "export the dashboard's JSON from Grafana"
  if (content === '') return new UsageError(`${file}: the file is empty; ${exportIt}`)
  if (content.startsWith('<')) return new UsageError(`${file}: this is HTML or XML, not JSON; ${exportIt}`)
  if (!/^["[{]/.test(content)) return new UsageError(`${file}: this is not JSON; ${exportIt}`)
  const { offset, expected } = findFault(text, begin) ?? { offset: text.length, expected: 'more' }
  const line = lines.lineOf(offset)
  if (offset >= text.length) {
    return new UsageError(`${file}:${line}: the text ends in the middle of the JSON; ${exportIt} once more`)
  }
  const number = /^-?(NaN|Infinity)\b/.exec(text.slice(offset, offset + 10))?.[1]
  if (number !== undefined) {
    return new UsageError(`${file}:${line}: JSON has no ${number}; write a number or null`)
  }
  const rest = text.slice(offset, offset + 12).replace(/(?<!^)[\r\n].*/s, '')
  const found = /^[\r\n]/.test(rest) ? 'the line break' : JSON.stringify(rest)
  return new UsageError(`${file}:${line}: not valid JSON: ${expected} is expected in place of ${found}`)
}
