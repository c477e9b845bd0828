import type { Expression } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { at, type Lowering, optional } from '../lower.ts'

/** A string, put together where it has holes. */
export function stringFrom(lowering: Lowering, node: Syntax): Expression {
  const hasParts = node.children.some(({ type }) => type === 'interpolation')
  if (!hasParts) return at(node, { kind: 'string', value: plainText(node) })
  const parts = node.named
    .filter(({ type }) => type === 'interpolation' || type === 'string_content')
    .map((part) =>
      part.type === 'interpolation'
        ? optional(lowering, part, part.get('expression') ?? part.named[0])
        : at(part, { kind: 'string', value: part.text }),
    )
  return at(node, { kind: 'join', parts })
}

/** The text of a string literal without holes. */
export function plainText(node: Syntax): string {
  return node.children
    .filter(({ type }) => type === 'string_content')
    .map(({ text }) => text.replace(/\\(["'\\])/g, '$1'))
    .join('')
}
