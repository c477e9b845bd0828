import type { Statement } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import type { Lowering } from '../lower.ts'

/** The body of a loop or branch, with or without braces. */
export function blockOf(lowering: Lowering, node: Syntax | undefined): Statement[] {
  if (node === undefined) return []
  return node.type === 'statement_block' ? lowering.statements(node.named) : lowering.statements([node])
}
