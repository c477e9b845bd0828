import type { TreeCursor } from '@vscode/tree-sitter-wasm'
import type { Words } from './words.ts'

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

/** A text that was parsed. */
export interface Source {
  readonly text: string
  readonly firstLine: number
  /** Where each line but the first one begins. */
  readonly lines: readonly number[]
  readonly words: Words
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
