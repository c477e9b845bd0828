import type { Expression, Field } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { at, expressionsOf, type Lowering, name, optional } from '../lower.ts'
import { functionFrom } from './functions.ts'
import { keyText, stringText, unescaped } from './texts.ts'

/** A template, as text put together. */
export function templateFrom(lowering: Lowering, node: Syntax): Expression {
  const parts = node.named.map((part) => {
    if (part.type === 'template_substitution') return optional(lowering, part, part.named[0])
    const text = part.type === 'escape_sequence' ? unescaped(part.text) : part.text
    return at(part, { kind: 'string', value: text })
  })
  return at(node, { kind: 'join', parts })
}

/** A call or `new`. */
export function callFrom(lowering: Lowering, node: Syntax): Expression {
  const callee = node.get('function') ?? node.get('constructor')
  const list = node.get('arguments')
  if (callee?.text === 'require' && list?.named[0]?.type === 'string') {
    return at(node, {
      kind: 'call',
      callee: name(node, 'require'),
      args: [at(node, { kind: 'string', value: stringText(list.named[0]) })],
      named: [],
    })
  }
  const args = list?.type === 'arguments' ? expressionsOf(lowering, list.named) : []
  return at(node, { kind: 'call', callee: optional(lowering, node, callee), args, named: [] })
}

/** An object that is written out. */
export function objectFrom(lowering: Lowering, node: Syntax): Expression {
  const fields = node.named.map((part): Field => {
    switch (part.type) {
      case 'pair':
        return { key: keyText(part.get('key')), value: optional(lowering, part, part.get('value')) }
      case 'method_definition': {
        const declared = functionFrom(lowering, part, { isMethod: true, isReachable: true })
        return { key: part.get('name')?.text, value: at(part, { kind: 'function', declared }) }
      }
      case 'spread_element':
        return { key: undefined, value: lowering.expression(part) }
      default:
        return { key: part.text, value: lowering.expression(part) }
    }
  })
  return at(node, { kind: 'object', type: undefined, fields })
}
