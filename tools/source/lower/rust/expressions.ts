import type { Expression, Field } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { any, at, expressionsOf, name, opaque, optional } from '../lower.ts'
import { matchExpression } from './control.ts'
import { functionFrom } from './functions.ts'
import type { RustLowering } from './lowering.ts'
import { macroFrom } from './macros.ts'
import { stringText } from './texts.ts'
import { pathExpression, typeExpression } from './types.ts'

/** An expression of Rust. */
export function expression(lowering: RustLowering, node: Syntax): Expression {
  switch (node.type) {
    case 'identifier':
      return name(node)
    case 'self':
      return name(node, 'this')
    case 'string_literal':
    case 'raw_string_literal':
      return at(node, { kind: 'string', value: stringText(node) })
    case 'integer_literal':
    case 'float_literal':
      return at(node, { kind: 'number', value: Number.parseFloat(node.text.replaceAll('_', '')) })
    case 'boolean_literal':
      return at(node, { kind: 'boolean', value: node.text === 'true' })
    case 'scoped_identifier':
      return pathExpression(lowering, node)
    case 'generic_function':
      return optional(lowering, node, node.get('function'))
    case 'field_expression':
      return at(node, {
        kind: 'get',
        of: optional(lowering, node, node.get('value')),
        name: node.get('field')?.text ?? '',
      })
    case 'call_expression':
      return at(node, {
        kind: 'call',
        callee: optional(lowering, node, node.get('function')),
        args: expressionsOf(lowering, node.get('arguments')?.named ?? []),
        named: [],
      })
    case 'macro_invocation':
      return macroFrom(lowering, node)
    case 'struct_expression':
      return structExpression(lowering, node)
    case 'array_expression':
    case 'tuple_expression':
      return at(node, {
        kind: 'list',
        items: expressionsOf(
          lowering,
          node.named.filter(({ type }) => type !== 'attribute_item'),
        ),
      })
    case 'index_expression': {
      const [of, index] = node.named
      return at(node, {
        kind: 'at',
        of: optional(lowering, node, of),
        index: index && lowering.expression(index),
      })
    }
    case 'closure_expression':
      return at(node, { kind: 'function', declared: functionFrom(lowering, node) })
    case 'assignment_expression':
      return at(node, {
        kind: 'assign',
        target: optional(lowering, node, node.get('left')),
        value: optional(lowering, node, node.get('right')),
      })
    case 'reference_expression':
    case 'try_expression':
    case 'await_expression':
    case 'parenthesized_expression':
    case 'type_cast_expression':
      return any(
        node,
        expressionsOf(
          lowering,
          node.named.filter(({ type }) => !/type|specifier/.test(type)),
        ),
      )
    case 'unary_expression':
      return node.text.startsWith('*')
        ? any(node, expressionsOf(lowering, node.named))
        : opaque(node, expressionsOf(lowering, node.named))
    case 'match_expression':
      return matchExpression(lowering, node)
    case 'block':
    case 'unsafe_block':
    case 'async_block':
    case 'if_expression':
    case 'for_expression':
    case 'while_expression':
    case 'loop_expression':
    case 'return_expression':
    case 'break_expression':
    case 'let_declaration':
    case 'expression_statement':
      return at(node, {
        kind: 'body',
        body: node.type.endsWith('block') ? lowering.statements(node.named) : lowering.statements([node]),
      })
    default:
      return opaque(node, expressionsOf(lowering, node.named))
  }
}

function structExpression(lowering: RustLowering, node: Syntax): Expression {
  const type = node.get('name')
  const fields = (node.get('body')?.named ?? []).map((part): Field => {
    if (part.type === 'shorthand_field_initializer') return { key: part.text, value: name(part) }
    if (part.type === 'base_field_initializer')
      return { key: undefined, value: optional(lowering, part, part.named[0]) }
    const key = part.get('field') ?? part.get('name')
    return { key: key?.text, value: optional(lowering, part, part.get('value')) }
  })
  return at(node, { kind: 'object', type: type && typeExpression(lowering, type), fields })
}
