// A program as far as metrics flow through it, the same for every language: names, members, calls, functions.
// What a language can do beyond that (arithmetic, types, patterns) is left out or becomes `opaque`.

/** One file. */
export interface Module {
  readonly file: string
  readonly language: LanguageName
  readonly isTest: boolean
  readonly body: readonly Statement[]
}

export type LanguageName = 'javascript' | 'go' | 'python' | 'rust'

export type Expression = {
  readonly line: number
  /** As written, cut after some length. */
  readonly text: string
} & (
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number'; readonly value: number }
  /** Text put together: a template, a concatenation. */
  | { readonly kind: 'join'; readonly parts: readonly Expression[] }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'get'; readonly of: Expression; readonly name: string }
  | { readonly kind: 'at'; readonly of: Expression; readonly index: Expression | undefined }
  | Call
  /** An object, a dictionary, a composite of a type; also the pattern that takes one apart. */
  | {
      readonly kind: 'object'
      readonly type: Expression | undefined
      readonly fields: readonly Field[]
    }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'spread'; readonly value: Expression }
  | { readonly kind: 'function'; readonly declared: FunctionDeclaration }
  | { readonly kind: 'class'; readonly declared: ClassDeclaration }
  | { readonly kind: 'assign'; readonly target: Expression; readonly value: Expression }
  /** Its value is that of one of these: an operator, a dereference, an `await`. */
  | { readonly kind: 'any'; readonly of: readonly Expression[] }
  | {
      readonly kind: 'choice'
      readonly test: Expression
      readonly whenTrue: Expression
      readonly otherwise: Expression
    }
  /** Carries no metric itself; what is inside of it may record. */
  | { readonly kind: 'opaque'; readonly parts: readonly Expression[] }
  /** A value of a named type, such as a definition that `satisfies` its interface. */
  | { readonly kind: 'typed'; readonly value: Expression; readonly type: string }
  /** Statements in the place of an expression. */
  | { readonly kind: 'body'; readonly body: readonly Statement[] }
)

export interface Call {
  readonly kind: 'call'
  readonly callee: Expression
  readonly args: readonly Expression[]
  /** Arguments by name, of languages that have them. */
  readonly named: readonly Field[]
}

export interface Field {
  /** Undefined for what is spread, and for keys that are computed. */
  readonly key: string | undefined
  readonly value: Expression
}

export type Statement =
  | {
      readonly kind: 'let'
      readonly target: Expression
      readonly value: Expression | undefined
      readonly type: Expression | undefined
      readonly isConstant: boolean
    }
  | { readonly kind: 'do'; readonly value: Expression }
  | { readonly kind: 'return'; readonly value: Expression | undefined }
  /** Leaves the block in some other way: throws, breaks, goes on. */
  | { readonly kind: 'leave'; readonly value: Expression | undefined }
  | {
      readonly kind: 'if'
      readonly test: Expression
      readonly whenTrue: readonly Statement[]
      readonly otherwise: readonly Statement[]
    }
  | { readonly kind: 'block'; readonly body: readonly Statement[]; readonly isTest?: boolean }
  | {
      readonly kind: 'each'
      readonly target: Expression
      readonly of: Expression
      readonly body: readonly Statement[]
    }
  | { readonly kind: 'function'; readonly declared: FunctionDeclaration }
  | { readonly kind: 'class'; readonly declared: ClassDeclaration }
  /** A method that stands outside of its type. */
  | { readonly kind: 'method'; readonly type: string; readonly declared: FunctionDeclaration }
  | {
      readonly kind: 'import'
      readonly from: string
      readonly names: readonly ImportedName[]
    }
  /** Gives something that is declared here another name outside. */
  | { readonly kind: 'export'; readonly name: string; readonly value: Expression }

export interface ImportedName {
  /** Undefined for the module as a whole, `*` for all names at once. */
  readonly name: string | undefined
  readonly local: string
}

export interface FunctionDeclaration {
  readonly name: string | undefined
  readonly file: string
  readonly line: number
  readonly endLine: number
  readonly parameters: readonly Parameter[]
  readonly body: readonly Statement[]
  /** Whether `this` is its own. */
  readonly isMethod: boolean
  readonly isTest: boolean
  /** Somebody may call it by other ways than its name: exported, decorated, part of an interface, an entry. */
  readonly isReachable: boolean
  /** Exported, so that other files may call it by its name. */
  readonly isExported: boolean
}

export interface Parameter {
  readonly target: Expression
  readonly type: Expression | undefined
  readonly value: Expression | undefined
  readonly isRest: boolean
}

export interface ClassDeclaration {
  readonly name: string
  readonly fields: readonly {
    readonly name: string
    readonly value: Expression | undefined
    readonly type: Expression | undefined
  }[]
  readonly methods: readonly FunctionDeclaration[]
  readonly bases: readonly Expression[]
}
