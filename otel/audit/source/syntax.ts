import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Language, Parser, TreeCursor } from '@vscode/tree-sitter-wasm'

export type Grammar = 'typescript' | 'tsx' | 'javascript' | 'go' | 'python' | 'rust'

/** A node of a syntax tree, taken out of the memory of the grammar so that the tree can be freed at once. */
export class Syntax {
  readonly type: string
  readonly isNamed: boolean
  readonly isOpen: boolean
  /** Name of the field of its parent that it stands in. */
  readonly field: string | null
  readonly children: Syntax[] = []
  readonly #source: Source
  readonly #start: number
  readonly #end: number

  constructor(source: Source, cursor: TreeCursor) {
    // Each question to the cursor is a call into WebAssembly, and punctuation is half of all nodes.
    const { type, isNamed, isOpen } = source.words.kind(cursor)
    this.type = type
    this.isNamed = isNamed
    this.isOpen = isOpen
    this.field = source.words.field(cursor)
    this.#source = source
    this.#start = isNamed ? cursor.startIndex : 0
    this.#end = isNamed ? cursor.endIndex : 0
  }

  /** Of a named node; beginning at 1. */
  get line(): number {
    return lineOf(this.#source, this.#start)
  }

  /** The line that it ends on. */
  get endLine(): number {
    return lineOf(this.#source, this.#end)
  }

  get text(): string {
    return this.isNamed ? this.#source.text.slice(this.#start, this.#end) : this.type
  }

  /** Its text, cut after some length. */
  textUpTo(length: number): string {
    return this.#source.text.slice(this.#start, Math.min(this.#end, this.#start + length))
  }

  get named(): Syntax[] {
    return this.children.filter((child) => child.isNamed && !child.type.endsWith('comment'))
  }

  get(field: string): Syntax | undefined {
    return this.children.find((child) => child.field === field)
  }

  all(field: string): Syntax[] {
    return this.children.filter((child) => child.field === field)
  }

  find(...types: readonly string[]): Syntax | undefined {
    return this.children.find(({ type }) => types.includes(type))
  }

  /** Whether a keyword or operator stands among its children. */
  has(word: string): boolean {
    return this.children.some(({ type }) => type === word)
  }
}

interface Source {
  readonly text: string
  readonly firstLine: number
  /** Where each line but the first one begins. */
  readonly lines: readonly number[]
  readonly words: Words
}

interface Kind {
  readonly type: string
  readonly isNamed: boolean
  /** Whether anybody asks for what is inside of it. */
  readonly isOpen: boolean
}

/** Kinds of nodes and names of fields of a grammar, by their numbers. */
class Words {
  readonly #kinds: Kind[] = []
  readonly #fields: string[] = []
  readonly #closed: ReadonlySet<string>

  constructor(grammar: Grammar) {
    this.#closed = grammar === 'typescript' || grammar === 'tsx' ? types : new Set()
  }

  kind(cursor: TreeCursor): Kind {
    const id = cursor.nodeTypeId
    const known = this.#kinds[id]
    if (known !== undefined) return known
    const type = cursor.nodeType
    const isNamed = cursor.nodeIsNamed
    const kind = { type, isNamed, isOpen: isNamed && !this.#closed.has(type) }
    this.#kinds[id] = kind
    return kind
  }

  field(cursor: TreeCursor): string | null {
    const id = cursor.currentFieldId
    if (id === 0) return null
    const field = this.#fields[id] ?? cursor.currentFieldName ?? ''
    this.#fields[id] = field
    return field
  }
}

function lineOf({ lines, firstLine }: Source, index: number): number {
  let low = 0
  let high = lines.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((lines[middle] as number) <= index) low = middle + 1
    else high = middle
  }
  return firstLine + low
}

function lineStarts(text: string): number[] {
  const starts: number[] = []
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

const require = createRequire(import.meta.url)
let started: Promise<typeof import('@vscode/tree-sitter-wasm')> | undefined
const parsers = new Map<Grammar, Promise<Parser>>()
const words = new Map<Grammar, Words>()

/** Loads the grammars, each once; what is parsed afterwards needs no waiting. */
export async function loadGrammars(grammars: Iterable<Grammar>): Promise<Parse> {
  const loaded = new Map<Grammar, Parser>()
  for (const grammar of new Set(grammars)) {
    const loading = parsers.get(grammar) ?? loadParser(grammar)
    parsers.set(grammar, loading)
    loaded.set(grammar, await loading)
  }
  return (text, grammar, firstLine = 1) => {
    const tree = loaded.get(grammar)?.parse(text)
    if (!tree) throw new Error(`the ${grammar} grammar is not loaded`)
    const cursor = tree.walk()
    try {
      const of = words.get(grammar) ?? new Words(grammar)
      words.set(grammar, of)
      const source = { text, firstLine, lines: lineStarts(text), words: of }
      return { root: copied(source, cursor), hasErrors: tree.rootNode.hasError }
    } finally {
      cursor.delete()
      tree.delete()
    }
  }
}

/** Parses a text. What the grammar cannot read becomes `ERROR` nodes; the rest of the text is still there. */
export type Parse = (
  text: string,
  grammar: Grammar,
  firstLine?: number,
) => { readonly root: Syntax; readonly hasErrors: boolean }

async function loadParser(grammar: Grammar): Promise<Parser> {
  started ??= startRuntime()
  const { Parser, Language } = await started
  const language: Language = await Language.load(join(grammarFolder(), `tree-sitter-${grammar}.wasm`))
  const parser = new Parser()
  parser.setLanguage(language)
  return parser
}

async function startRuntime(): Promise<typeof import('@vscode/tree-sitter-wasm')> {
  const runtime: typeof import('@vscode/tree-sitter-wasm') = require('@vscode/tree-sitter-wasm')
  await runtime.Parser.init()
  return runtime
}

function grammarFolder(): string {
  return dirname(require.resolve('@vscode/tree-sitter-wasm'))
}

/** Copies without recursion: an expression nested ten thousand deep must not end the audit. */
function copied(source: Source, cursor: TreeCursor): Syntax {
  const root = new Syntax(source, cursor)
  const around: Syntax[] = [root]
  for (let isDown = cursor.gotoFirstChild(); ; ) {
    const parent = around.at(-1)
    if (parent === undefined) return root
    if (isDown) {
      const node = new Syntax(source, cursor)
      parent.children.push(node)
      if (node.isOpen && cursor.gotoFirstChild()) around.push(node)
      else isDown = cursor.gotoNextSibling()
    } else {
      around.pop()
      if (around.length === 0 || !cursor.gotoParent()) return root
      isDown = cursor.gotoNextSibling()
    }
  }
}

/** Types of TypeScript carry no metrics, so that nobody asks for what is inside of them. */
const types: ReadonlySet<string> = new Set([
  'interface_declaration',
  'type_alias_declaration',
  'type_arguments',
  'object_type',
  'union_type',
  'intersection_type',
  'function_type',
])
