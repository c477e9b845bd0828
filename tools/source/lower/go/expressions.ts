import type { Expression } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { any, at, expressionsOf, type Lowering, name, nothing, opaque, optional } from '../lower.ts'
import { functionFrom } from './functions.ts'
import { compositeFrom, literalFrom, stringText } from './literals.ts'
import { typeExpression } from './types.ts'

/** An expression of Go. */
export function expression(lowering: Lowering, node: Syntax): Expression {
  switch (node.type) {
    case 'identifier':
    case 'package_identifier':
      return name(node)
    case 'interpreted_string_literal':
    case 'raw_string_literal':
      return at(node, { kind: 'string', value: stringText(node) })
    case 'int_literal':
    case 'float_literal':
      return at(node, { kind: 'number', value: Number(node.text.replaceAll('_', '')) })
    case 'true':
    case 'false':
      return at(node, { kind: 'boolean', value: node.type === 'true' })
    case 'selector_expression':
      return at(node, {
        kind: 'get',
        of: optional(lowering, node, node.get('operand')),
        name: node.get('field')?.text ?? '',
      })
    case 'call_expression':
      return at(node, {
        kind: 'call',
        callee: optional(lowering, node, node.get('function')),
        args: expressionsOf(lowering, node.get('arguments')?.named ?? []),
        named: [],
      })
    case 'composite_literal':
      return compositeFrom(lowering, node)
    case 'literal_value':
      return literalFrom(lowering, node, undefined)
    case 'func_literal':
      return at(node, { kind: 'function', declared: functionFrom(lowering, node) })
    case 'binary_expression': {
      const parts = expressionsOf(lowering, node.named)
      return node.get('operator')?.text === '+' ? at(node, { kind: 'join', parts }) : opaque(node, parts)
    }
    case 'index_expression': {
      const index = node.get('index')
      return at(node, {
        kind: 'at',
        of: optional(lowering, node, node.get('operand')),
        index: index && lowering.expression(index),
      })
    }
    case 'unary_expression':
      return /^[-!]/.test(node.text)
        ? opaque(node, expressionsOf(lowering, node.named))
        : any(node, expressionsOf(lowering, node.named))
    case 'parenthesized_expression':
    case 'type_assertion_expression':
    case 'literal_element':
      return node.named[0] ? any(node, [lowering.expression(node.named[0])]) : nothing(node)
    case 'variadic_argument':
      return at(node, { kind: 'spread', value: optional(lowering, node, node.named[0]) })
    case 'type_identifier':
    case 'qualified_type':
      return typeExpression(lowering, node)
    case 'block':
      return at(node, { kind: 'body', body: lowering.statements(node.named) })
    default:
      return opaque(node, expressionsOf(lowering, node.named))
  }
}
