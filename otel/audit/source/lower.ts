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
  return { ...bare, line: node.line, text: node.textUpTo(mostText) } as unknown as Expression
}

export function name(node: Syntax, text: string = node.text): Expression {
  return at(node, { kind: 'name', name: text })
}

/** Keeps of the parts those that do something. */
export function opaque(node: Syntax, parts: readonly Expression[]): Expression {
  return at(node, { kind: 'opaque', parts: parts.filter((part) => !isIdle(part)) })
}

/** Whether looking at it does nothing but yield its value. */
function isIdle(expression: Expression): boolean {
  switch (expression.kind) {
    case 'string':
    case 'boolean':
    case 'number':
    case 'name':
      return true
    case 'get':
      return isIdle(expression.of)
    case 'at':
      return isIdle(expression.of) && (expression.index === undefined || isIdle(expression.index))
    case 'join':
    case 'opaque':
      return expression.parts.every(isIdle)
    case 'any':
      return expression.of.every(isIdle)
    default:
      return false
  }
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
    endLine: node.endLine,
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
