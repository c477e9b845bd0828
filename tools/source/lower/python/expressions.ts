import type { Expression, Field } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { any, at, expressionsOf, type Lowering, name, nothing, opaque, optional } from '../lower.ts'
import { comprehensionFrom } from './comprehensions.ts'
import { functionFrom } from './functions.ts'
import { plainText, stringFrom } from './strings.ts'

/** An expression of Python. */
export function expression(lowering: Lowering, node: Syntax): Expression {
  switch (node.type) {
    case 'identifier':
      return name(node)
    case 'string':
      return stringFrom(lowering, node)
    case 'concatenated_string':
      return at(node, { kind: 'join', parts: expressionsOf(lowering, node.named) })
    case 'integer':
    case 'float':
      return at(node, { kind: 'number', value: Number(node.text.replaceAll('_', '')) })
    case 'true':
    case 'false':
      return at(node, { kind: 'boolean', value: node.type === 'true' })
    case 'attribute':
      return at(node, {
        kind: 'get',
        of: optional(lowering, node, node.get('object')),
        name: node.get('attribute')?.text ?? '',
      })
    case 'subscript': {
      const index = node.get('subscript')
      return at(node, {
        kind: 'at',
        of: optional(lowering, node, node.get('value')),
        index: index && lowering.expression(index),
      })
    }
    case 'call':
      return callFrom(lowering, node)
    case 'list':
    case 'tuple':
    case 'set':
    case 'expression_list':
    case 'pattern_list':
    case 'tuple_pattern':
    case 'list_pattern':
      return at(node, { kind: 'list', items: expressionsOf(lowering, node.named) })
    case 'list_splat':
    case 'dictionary_splat':
      return at(node, { kind: 'spread', value: optional(lowering, node, node.named[0]) })
    case 'dictionary':
      return at(node, {
        kind: 'object',
        type: undefined,
        fields: node.named.map((part) => pairFrom(lowering, part)),
      })
    case 'assignment': {
      const left = node.get('left')
      const right = node.get('right')
      if (!left || !right) return nothing(node)
      return at(node, {
        kind: 'assign',
        target: lowering.expression(left),
        value: lowering.expression(right),
      })
    }
    case 'lambda':
      return at(node, { kind: 'function', declared: functionFrom(lowering, node) })
    case 'binary_operator': {
      const parts = expressionsOf(
        lowering,
        [node.get('left'), node.get('right')].filter((part) => part !== undefined),
      )
      return node.get('operator')?.text === '+' ? at(node, { kind: 'join', parts }) : opaque(node, parts)
    }
    case 'conditional_expression':
    case 'boolean_operator':
    case 'parenthesized_expression':
    case 'await':
    case 'named_expression':
      return any(node, expressionsOf(lowering, node.named))
    case 'list_comprehension':
    case 'generator_expression':
    case 'set_comprehension':
    case 'dictionary_comprehension':
      return comprehensionFrom(lowering, node)
    case 'type':
    case 'keyword_argument':
      return nothing(node)
    default:
      return opaque(node, expressionsOf(lowering, node.named))
  }
}

export function pairFrom(lowering: Lowering, part: Syntax): Field {
  const key = part.get('key')
  const value = part.get('value')
  if (part.type !== 'pair' || !key || !value) return { key: undefined, value: lowering.expression(part) }
  return { key: key.type === 'string' ? plainText(key) : undefined, value: lowering.expression(value) }
}

export function callFrom(lowering: Lowering, node: Syntax): Expression {
  const list = node.get('arguments')
  const all = list?.type === 'argument_list' ? list.named : list ? [list] : []
  const named = all
    .filter(({ type }) => type === 'keyword_argument')
    .map((part) => ({ key: part.get('name')?.text, value: optional(lowering, part, part.get('value')) }))
  return at(node, {
    kind: 'call',
    callee: optional(lowering, node, node.get('function')),
    args: expressionsOf(
      lowering,
      all.filter(({ type }) => type !== 'keyword_argument'),
    ),
    named,
  })
}
