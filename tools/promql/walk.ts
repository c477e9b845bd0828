import type { Expression } from './expression.ts'

/** Visits an expression and all inside of it, each with what stands around it, outermost first. */
export function walk(
  expression: Expression,
  visit: (each: Expression, around: readonly Expression[]) => void,
  around: readonly Expression[] = [],
): void {
  visit(expression, around)
  const operands = operandsOf(expression)
  if (operands.length === 0) return
  const inside = [...around, expression]
  for (const operand of operands) walk(operand, visit, inside)
}

/** What an expression is made of. */
export function operandsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'call':
      return expression.arguments
    case 'aggregation':
      return expression.parameter === undefined
        ? [expression.expression]
        : [expression.parameter, expression.expression]
    case 'binary':
      return [expression.left, expression.right]
    case 'subquery':
    case 'unary':
      return [expression.expression]
    default:
      return []
  }
}
