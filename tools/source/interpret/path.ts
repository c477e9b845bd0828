import type { Expression } from '../program.ts'

/** A chain of names as text: `prometheus.NewCounter`. */
export function pathOf(expression: Expression): string | undefined {
  if (expression.kind === 'name') return expression.name
  if (expression.kind !== 'get') return undefined
  const of = pathOf(expression.of)
  return of === undefined ? undefined : `${of}.${expression.name}`
}
