import type { Expression } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { any, at, expressionsOf, type Lowering, name, nothing, opaque, optional } from '../lower.ts'
import { classFrom } from './classes.ts'
import { callFrom, objectFrom, templateFrom } from './composed.ts'
import { functionFrom } from './functions.ts'
import { assignmentFrom, binaryFrom } from './operators.ts'
import { stringText } from './texts.ts'

/** An expression of JavaScript or TypeScript. */
export function expression(lowering: Lowering, node: Syntax): Expression {
  switch (node.type) {
    case 'identifier':
    case 'shorthand_property_identifier':
    case 'shorthand_property_identifier_pattern':
    case 'this':
    case 'super':
      return name(node)
    case 'string':
      return at(node, { kind: 'string', value: stringText(node) })
    case 'number':
      return at(node, { kind: 'number', value: Number(node.text.replaceAll('_', '')) })
    case 'true':
    case 'false':
      return at(node, { kind: 'boolean', value: node.type === 'true' })
    case 'template_string':
      return templateFrom(lowering, node)
    case 'member_expression':
      return at(node, {
        kind: 'get',
        of: optional(lowering, node, node.get('object')),
        name: node.get('property')?.text ?? '',
      })
    case 'subscript_expression': {
      const index = node.get('index')
      return at(node, {
        kind: 'at',
        of: optional(lowering, node, node.get('object')),
        index: index && lowering.expression(index),
      })
    }
    case 'call_expression':
    case 'new_expression':
      return callFrom(lowering, node)
    case 'object':
      return objectFrom(lowering, node)
    case 'array':
      return at(node, { kind: 'list', items: expressionsOf(lowering, node.named) })
    case 'spread_element':
      return at(node, { kind: 'spread', value: optional(lowering, node, node.named[0]) })
    case 'arrow_function':
    case 'function_expression':
    case 'function':
    case 'generator_function':
      return at(node, { kind: 'function', declared: functionFrom(lowering, node) })
    case 'class':
      return at(node, { kind: 'class', declared: classFrom(lowering, node) })
    case 'assignment_expression':
    case 'augmented_assignment_expression':
      return assignmentFrom(lowering, node)
    case 'binary_expression':
      return binaryFrom(lowering, node)
    case 'ternary_expression':
      return at(node, {
        kind: 'choice',
        test: optional(lowering, node, node.get('condition')),
        whenTrue: optional(lowering, node, node.get('consequence')),
        otherwise: optional(lowering, node, node.get('alternative')),
      })
    case 'satisfies_expression':
    case 'as_expression': {
      const [value, type] = node.named
      const inner = optional(lowering, node, value)
      return type && type.type !== 'const' && node.type === 'satisfies_expression'
        ? at(node, { kind: 'typed', value: inner, type: type.text })
        : inner
    }
    case 'parenthesized_expression':
    case 'await_expression':
    case 'yield_expression':
    case 'non_null_expression':
    case 'type_assertion':
    case 'sequence_expression':
    case 'variable_declarator':
      return any(node, expressionsOf(lowering, node.named))
    case 'statement_block':
      return at(node, { kind: 'body', body: lowering.statements(node.named) })
    case 'type_annotation':
    case 'type_arguments':
    case 'property_identifier':
    case 'regex':
      return nothing(node)
    default:
      return opaque(node, expressionsOf(lowering, node.named))
  }
}
