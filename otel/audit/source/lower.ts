import type { Expression, FunctionDeclaration, Statement } from './program.ts'
import type { Parse, Syntax } from './syntax.ts'

/** What lowering needs to know of the file. */
export interface LoweredFile {
  readonly file: string
  readonly isTest: boolean
  readonly parse: Parse
}

export type Bare<Kind extends Expression['kind']> = Omit<Extract<Expression, { kind: Kind }>, 'line' | 'text'>

const mostText = 160

/** Makes an expression that remembers where it stands. */
export function at<Kind extends Expression['kind']>(
  node: Syntax,
  bare: Bare<Kind> & { readonly kind: Kind },
): Expression {
  return { ...bare, line: node.line, text: node.text.slice(0, mostText) } as unknown as Expression
}

export function name(node: Syntax, text: string = node.text): Expression {
  return at(node, { kind: 'name', name: text })
}

export function opaque(node: Syntax, parts: readonly Expression[]): Expression {
  return parts.length === 0 ? nothing(node) : at(node, { kind: 'opaque', parts })
}

export function any(node: Syntax, of: readonly (Expression | undefined)[]): Expression {
  return at(node, { kind: 'any', of: of.filter((part) => part !== undefined) })
}

export function nothing(node: Syntax): Expression {
  return at(node, { kind: 'opaque', parts: [] })
}

/** A function for which nothing special holds, for languages to override. */
export function functionOf(
  node: Syntax,
  { file, isTest }: LoweredFile,
  rest: Pick<FunctionDeclaration, 'name' | 'parameters' | 'body'> & Partial<FunctionDeclaration>,
): FunctionDeclaration {
  return {
    file,
    line: node.line,
    endLine: node.line + node.text.split('\n').length - 1,
    isMethod: false,
    isTest,
    isReachable: false,
    isExported: false,
    ...rest,
  }
}

export function doing(value: Expression): Statement {
  return { kind: 'do', value }
}
