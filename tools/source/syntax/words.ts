import type { TreeCursor } from '@vscode/tree-sitter-wasm'
import type { Grammar } from './grammars.ts'

interface Kind {
  readonly type: string
  readonly isNamed: boolean
  /** Whether anybody asks for what is inside of it. */
  readonly isOpen: boolean
}

/** Kinds of nodes and names of fields of a grammar, by their numbers. */
export class Words {
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
