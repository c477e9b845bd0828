import type { Expression } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { at, type Lowering, name, nothing, optional } from '../lower.ts'

/** A type as the expression that names it. */
export function typeExpression(lowering: Lowering, node: Syntax): Expression {
  switch (node.type) {
    case 'pointer_type':
    case 'parenthesized_type':
      return node.named[0] ? typeExpression(lowering, node.named[0]) : nothing(node)
    case 'type_identifier':
      return name(node)
    case 'qualified_type':
      return at(node, {
        kind: 'get',
        of: optional(lowering, node, node.get('package')),
        name: node.get('name')?.text ?? '',
      })
    case 'generic_type':
      return typeExpression(lowering, node.get('type') as Syntax)
    default:
      return nothing(node)
  }
}
