import type { Binary, Expression, Matching, Selector, Subquery, Word } from './expression.ts'

/** How an operator joins two operands, besides the operands. */
export interface Operation {
  readonly operator: Word
  readonly isBool: boolean
  readonly isFilled: boolean
  readonly matching: Matching | undefined
}

/**
 * Joins operands by precedence. The grammar hangs what follows an operand (`offset`, `[5m:]`, `@`) on
 * everything before it, so that `a + b offset 5m * c` arrives in the wrong order.
 *
 * @param isClosed whether the left side stands in parentheses.
 */
export function combine(
  left: Expression,
  isClosed: boolean,
  operation: Operation,
  right: Expression,
): Binary {
  if (!isClosed && left.kind === 'binary' && strength(left.operator) < strength(operation.operator))
    return { ...left, right: combine(left.right, false, operation, right), to: right.to }
  return { kind: 'binary', ...operation, left, right, from: left.from, to: right.to }
}

/** Applies what follows an operand to the last operand rather than to all before it. */
export function applyToLast(
  expression: Expression,
  isClosed: boolean,
  to: number,
  apply: (operand: Expression) => Selector | Subquery,
): Expression {
  if (isClosed) return apply(expression)
  if (expression.kind === 'binary')
    return { ...expression, right: applyToLast(expression.right, false, to, apply), to }
  if (expression.kind === 'unary')
    return { ...expression, expression: applyToLast(expression.expression, false, to, apply), to }
  return apply(expression)
}

function strength({ text }: Word): number {
  return strengths[text] ?? 3
}

const strengths: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  atan2: 5,
  '^': 6,
}
