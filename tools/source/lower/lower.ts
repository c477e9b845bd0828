import type { Expression, FunctionDeclaration, Statement } from '../program.ts'
import type { Parse } from '../syntax/parse.ts'
import type { Syntax } from '../syntax/syntax.ts'

/** What lowering needs to know of the file. */
export interface LoweredFile {
  readonly file: string
  readonly isTest: boolean
  readonly parse: Parse
}

/** A file that is being lowered, with what every part of its language comes back to. */
export interface Lowering extends LoweredFile {
  statements(nodes: readonly Syntax[], isExported?: boolean): Statement[]
  expression(node: Syntax): Expression
}

export interface LanguageParts {
  readonly statements: (lowering: Lowering, nodes: readonly Syntax[], isExported?: boolean) => Statement[]
  readonly expression: (lowering: Lowering, node: Syntax) => Expression
}

/** Puts a language together. */
export function createLowering(file: LoweredFile, { statements, expression }: LanguageParts): Lowering {
  const lowering: Lowering = {
    ...file,
    statements: (nodes, isExported) => statements(lowering, nodes, isExported),
    expression: (node) => expression(lowering, node),
  }
  return lowering
}

/** An expression that may be missing. */
export function optional(lowering: Lowering, node: Syntax, child: Syntax | undefined): Expression {
  return child ? lowering.expression(child) : nothing(node)
}

export function expressionsOf(lowering: Lowering, nodes: readonly Syntax[]): Expression[] {
  return nodes.map((node) => lowering.expression(node))
}

/** The statements of a block; none where there is no block. */
export function blockOf(lowering: Lowering, node: Syntax | undefined): Statement[] {
  return node ? lowering.statements(node.named) : []
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

/** A name; by default what is written. */
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

/** One of several: whichever it is, its value is among theirs. */
export function any(node: Syntax, of: readonly (Expression | undefined)[]): Expression {
  return at(node, { kind: 'any', of: of.filter((part) => part !== undefined) })
}

/** What carries no metric and does nothing. */
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

/** An expression as a statement. */
export function doing(value: Expression): Statement {
  return { kind: 'do', value }
}
