import type { Expression, Field } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { at, type Lowering, nothing } from '../lower.ts'
import { typeExpression } from './types.ts'

/** A list, or an object of the type that is named in front. */
export function compositeFrom(lowering: Lowering, node: Syntax): Expression {
  const type = node.get('type')
  const body = node.get('body')
  if (!body) return nothing(node)
  if (
    type?.type === 'slice_type' ||
    type?.type === 'array_type' ||
    type?.type === 'implicit_length_array_type'
  )
    return at(node, { kind: 'list', items: body.named.map((part) => lowering.expression(elementOf(part))) })
  return literalFrom(lowering, body, type)
}

/** What stands in braces; fields without a key are known by their position. */
export function literalFrom(lowering: Lowering, body: Syntax, type: Syntax | undefined): Expression {
  const fields = body.named.map((part, index): Field => {
    if (part.type !== 'keyed_element')
      return { key: `#${index}`, value: lowering.expression(elementOf(part)) }
    const key = part.get('key')?.named[0] ?? part.get('key')
    const value = part.get('value') ?? part.named[1]
    const text = key && isString(key) ? stringText(key) : key?.text
    return { key: text, value: value ? lowering.expression(elementOf(value)) : nothing(part) }
  })
  return at(body, { kind: 'object', type: type && typeExpression(lowering, type), fields })
}

/** The text of a string literal. */
export function stringText(node: Syntax): string {
  const inner = node.text.slice(1, -1)
  if (node.type === 'raw_string_literal') return inner
  return inner.replace(/\\(.)/g, (_, letter: string) => ({ n: '\n', t: '\t', r: '\r' })[letter] ?? letter)
}

function elementOf(node: Syntax): Syntax {
  return node.type === 'literal_element' ? (node.named[0] ?? node) : node
}

function isString(node: Syntax): boolean {
  return node.type === 'interpreted_string_literal' || node.type === 'raw_string_literal'
}
