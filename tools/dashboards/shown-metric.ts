import type { Expression, Selector } from '../promql/expression.ts'

/** The one metric whose own value a query shows, perhaps added up or chosen among series, but not made into something else. */
export interface ShownMetric {
  /** As in the query: with `_bucket` for quantiles of a histogram. */
  readonly name: string
  /** The value itself, how much it grew, or what its buckets tell. */
  readonly how: 'value' | 'increase' | 'quantile'
}

/** Undefined when a query computes something of its own. */
export function shownMetric(expression: Expression): ShownMetric | undefined {
  switch (expression.kind) {
    case 'selector':
      return named(expression, 'value')
    case 'aggregation':
      return choosing.has(expression.operator.text) ? shownMetric(expression.expression) : undefined
    case 'binary': {
      // `x > 0` and `x or vector(0)` show x.
      const { operator, isBool, left, right } = expression
      const keepsLeft = /^(==|!=|>|<|>=|<=|or|and|unless)$/.test(operator.text) && !isBool
      return keepsLeft &&
        (right.kind === 'number' || operator.text !== 'or' || shownMetric(right) === undefined)
        ? shownMetric(left)
        : undefined
    }
    case 'call': {
      const [first, second] = expression.arguments
      const name = expression.function.text
      if (name === 'increase' && first?.kind === 'selector') return named(first, 'increase')
      if (name === 'histogram_quantile' && second !== undefined) return bucketOf(second)
      if (/^(min|max|last|avg)_over_time$/.test(name) && first?.kind === 'selector')
        return named(first, 'value')
      return /^(round|ceil|floor|sort|sort_desc|label_replace|clamp_max|clamp_min)$/.test(name) && first
        ? shownMetric(first)
        : undefined
    }
    default:
      return undefined
  }
}

const choosing = new Set(['sum', 'max', 'min', 'avg', 'topk', 'bottomk', 'quantile'])

function named({ name }: Selector, how: ShownMetric['how']): ShownMetric | undefined {
  return name === undefined || name.isVariable ? undefined : { name: name.text, how }
}

/** Buckets go through rate and sum before a quantile is taken of them. */
function bucketOf(expression: Expression): ShownMetric | undefined {
  if (expression.kind === 'selector') return named(expression, 'quantile')
  if (expression.kind === 'aggregation') return bucketOf(expression.expression)
  const first = expression.kind === 'call' ? expression.arguments[0] : undefined
  return first && bucketOf(first)
}
