import {
  Composer,
  type Document,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  type YAMLError,
} from 'yaml'

/** A text of YAML or JSON as its parser sees it, with what is wrong in it first. */
export interface YamlText {
  readonly documents: readonly Document.Parsed[]
  readonly fault: YamlFault | undefined
  /** Line of an offset, beginning at 1. */
  readonly lineOf: (offset: number) => number
}

export interface YamlFault {
  /** Where it is in the text; undefined when the text as a whole is at fault. */
  readonly offset: number | undefined
  /** The key that is at fault, where it is one. */
  readonly key?: string
  /** The rest of a sentence that begins with the key or the file. */
  readonly problem: string
  readonly mend: string
}

/** The text of this many characters is parsed within a second, whatever it is. */
const smallLength = 500_000

/** Words, brackets, indents and the like. The parser takes two microseconds and 300 bytes for each. */
const maxLexemes = 1_500_000

/**
 * Reads YAML or JSON up to its first fault, in time and memory in proportion to its length, which is bounded.
 *
 * @param file what decides whether faults speak of YAML or JSON.
 */
export function readYaml(text: string, file: string): YamlText {
  const lines = new LineCounter()
  const read = hasTooMuch(text) ? { documents: [], fault: tooMuch } : compose(text, file, lines)
  return { ...read, lineOf: (offset) => lines.linePos(offset).line }
}

/** No stack is deep enough for what a program may write. */
export const nestedTooDeeply = {
  problem: 'is nested too deeply',
  mend: 'give a file that people write',
} as const

const tooMuch: YamlFault = {
  offset: undefined,
  problem: `holds more than ${maxLexemes / 1e6} million words and brackets`,
  mend: 'split it, or give a file that people write',
}

function hasTooMuch(text: string): boolean {
  if (text.length <= smallLength) return false
  let count = 0
  for (const _ of new Lexer().lex(text)) {
    count += 1
    if (count > maxLexemes) return true
  }
  return false
}

function compose(text: string, file: string, lines: LineCounter): Pick<YamlText, 'documents' | 'fault'> {
  // Its own check of the keys compares each with all before it.
  const composer = new Composer({ version: '1.2', prettyErrors: false, uniqueKeys: false })
  const documents: Document.Parsed[] = []
  try {
    for (const token of new Parser(lines.addNewLine).parse(text)) {
      documents.push(...composer.next(token))
      // One is enough: each takes as long as a page of YAML.
      if (token.type === 'error') break
    }
    documents.push(...composer.end(true, text.length))
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { documents: [], fault: { offset: undefined, ...nestedTooDeeply } }
  }
  return { documents, fault: firstFault(documents, file) }
}

function firstFault(documents: readonly Document.Parsed[], file: string): YamlFault | undefined {
  const [error] = documents.flatMap(({ errors }) => errors.slice(0, 1))
  if (error !== undefined) return { offset: error.pos[0], ...yamlFault(error, file) }
  for (const { contents } of documents) {
    const fault = repeatedKey(contents)
    if (fault !== undefined) return fault
  }
  return undefined
}

/** A key that stands a second time in its map. */
function repeatedKey(root: unknown): YamlFault | undefined {
  const open = [root]
  while (open.length > 0) {
    const node = open.pop()
    if (isSeq(node)) for (const item of node.items) open.push(item)
    if (!isMap(node)) continue
    const keys = new Set<unknown>()
    for (const { key, value } of node.items) {
      open.push(value)
      if (!isScalar(key)) {
        open.push(key)
        continue
      }
      if (keys.has(key.value)) return { ...repeated, offset: key.range?.[0], key: String(key.value) }
      keys.add(key.value)
    }
  }
  return undefined
}

const repeated = { problem: 'stands here a second time', mend: 'remove one of the two' } as const

/** What the parser says of a fault or of a value that it does not understand. */
export function yamlFault({ code, message }: YAMLError, file: string): Pick<YamlFault, 'problem' | 'mend'> {
  const said = message.split('\n')[0]?.replace(/[.:]$/, '') ?? ''
  if (said.startsWith('Maximum call stack')) return nestedTooDeeply
  return {
    problem: `is not valid ${/\.json$/i.test(file) ? 'JSON' : 'YAML'}: ${said.charAt(0).toLowerCase()}${said.slice(1)}`,
    mend: mends[code] ?? 'correct the line',
  }
}

const mends: Partial<Record<YAMLError['code'], string>> = {
  BAD_INDENT: 'correct the indentation, or close what was opened before',
  TAB_AS_INDENT: 'indent with spaces',
  MISSING_CHAR: 'close what was opened before, often a quote or a bracket',
  TAG_RESOLVE_FAILED: 'leave the tag out',
}
