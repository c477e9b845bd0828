import type { Syntax } from '../../syntax/syntax.ts'
import type { RustLowering } from './lowering.ts'

/** The text between the brackets of a macro. */
export function insideOf(node: Syntax): string {
  return node.find('token_tree')?.text.slice(1, -1) ?? ''
}

/** Parses the inside of a macro, whose grammar is its own affair, as ordinary code. */
export function reparsed(
  lowering: RustLowering,
  text: string,
  node: Syntax,
  before = '',
  after = '',
): Syntax {
  const line = node.find('token_tree')?.line ?? node.line
  return lowering.parse(before + text + after, 'rust', line).root
}

export function findCall(root: Syntax): Syntax | undefined {
  const body = root.named[0]?.get('body')
  const statement = body?.named[0]
  const call = statement?.type === 'expression_statement' ? statement.named[0] : statement
  return call?.type === 'call_expression' && !hasError(root) ? call : undefined
}

function hasError(node: Syntax): boolean {
  return node.type === 'ERROR' || node.children.some(hasError)
}
