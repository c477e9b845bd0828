import type { Expression } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { any, at, expressionsOf, type Lowering, opaque, optional } from '../lower.ts'
import { patternFrom } from './patterns.ts'

/** An assignment; of those with an operator, only the ones that may keep the value on the right. */
export function assignmentFrom(lowering: Lowering, node: Syntax): Expression {
  const left = node.get('left') as Syntax
  const value = optional(lowering, node, node.get('right'))
  const operator = node.get('operator')?.text
  if (node.type === 'augmented_assignment_expression' && operator && !/^(\?\?|\|\||&&)=$/.test(operator))
    return opaque(node, [value, lowering.expression(left)])
  return at(node, { kind: 'assign', target: patternFrom(lowering, left), value })
}

/** An operator with two sides: `+` may make a text, `??`, `||` and `&&` yield one of the sides. */
export function binaryFrom(lowering: Lowering, node: Syntax): Expression {
  const operator = node.get('operator')?.text
  const parts = expressionsOf(lowering, [node.get('left'), node.get('right')].filter(isPresent))
  if (operator === '+') return at(node, { kind: 'join', parts })
  if (operator === '??' || operator === '||' || operator === '&&') return any(node, parts)
  return opaque(node, parts)
}

export function isPresent(node: Syntax | undefined): node is Syntax {
  return node !== undefined
}
