import type { Inventory } from '../../../metrics/inventory.ts'
import {
  type Binary,
  type Call,
  type Expression,
  type Selector,
  setOperators,
} from '../../../promql/expression.ts'
import { walk } from '../../../promql/walk.ts'
import type { RecordedQuery } from './recorded-queries.ts'
import { risesOnly, seriesOf } from './series-kind.ts'

/** Between which numbers all values of a result lie; `isEmpty` when there can be no result at all. */
export interface Bounds {
  readonly low: number
  readonly high: number
  readonly isEmpty: boolean
}

/** Works out which values a query can return, from the types of its metrics, functions and comparisons. */
export function boundsOf(
  expression: Expression,
  inventory: Inventory,
  recorded: RecordedQuery = () => undefined,
): Bounds {
  const of = (inner: Expression) => boundsOf(inner, inventory, recorded)
  switch (expression.kind) {
    case 'number':
      return between(expression.value, expression.value)
    case 'selector':
      return ofSelector(expression, inventory, recorded)
    case 'subquery':
      return of(expression.expression)
    case 'unary': {
      const { low, high, isEmpty } = of(expression.expression)
      return expression.operator === '-' ? { low: -high, high: -low, isEmpty } : { low, high, isEmpty }
    }
    case 'call':
      if (expression.function.text === 'histogram_quantile') return ofQuantile(expression, inventory)
      return ofCall(expression, of)
    case 'aggregation': {
      const inner = of(expression.expression)
      if (inner.isEmpty) return inner
      if (/^(count|count_values)$/.test(expression.operator.text)) return between(1, infinity)
      if (expression.operator.text === 'group') return between(1, 1)
      if (/^(avg|min|max|quantile|topk|bottomk|limitk|limit_ratio)$/.test(expression.operator.text))
        return inner
      if (/^std/.test(expression.operator.text)) return atLeastZero
      return expression.operator.text === 'sum' ? summed(inner) : anything
    }
    case 'binary':
      return ofBinary(expression, of)
    default:
      return anything
  }
}

/** The comparison in words when it holds for all values, or for none. */
export function verdictOfComparison(
  { operator, left, right }: Binary,
  inventory: Inventory,
  recorded?: RecordedQuery,
): 'always' | 'never' | undefined {
  const [a, b] = [boundsOf(left, inventory, recorded), boundsOf(right, inventory, recorded)]
  if (a.isEmpty || b.isEmpty) return undefined
  switch (operator.text) {
    case '>':
      return a.high <= b.low ? 'never' : a.low > b.high ? 'always' : undefined
    case '>=':
      return a.high < b.low ? 'never' : a.low >= b.high ? 'always' : undefined
    case '<':
      return a.low >= b.high ? 'never' : a.high < b.low ? 'always' : undefined
    case '<=':
      return a.low > b.high ? 'never' : a.high <= b.low ? 'always' : undefined
    case '==':
      return a.high < b.low || a.low > b.high
        ? 'never'
        : a.low === a.high && b.low === a.low && b.high === a.low
          ? 'always'
          : undefined
    case '!=':
      return a.high < b.low || a.low > b.high ? 'always' : undefined
    default:
      return undefined
  }
}

const infinity = Number.POSITIVE_INFINITY
const anything: Bounds = { low: -infinity, high: infinity, isEmpty: false }
const atLeastZero: Bounds = { low: 0, high: infinity, isEmpty: false }

function between(low: number, high: number): Bounds {
  return { low, high, isEmpty: false }
}

function ofSelector(selector: Selector, inventory: Inventory, recorded: RecordedQuery): Bounds {
  if (selector.name?.text === 'up') return between(0, 1)
  const { kind, metric } = seriesOf(inventory, selector)
  if (risesOnly(kind)) return atLeastZero
  const name = selector.name?.text ?? ''
  const query = recorded(name)
  // A rule that records itself tells nothing.
  if (query) return boundsOf(query, inventory, (other) => (other === name ? undefined : recorded(other)))
  if (metric === undefined || metric.from.has('recording rule')) return anything
  // A gauge that counts things, or their bytes, cannot fall below zero.
  const counts = /^(\{.*\}|By|bytes|%|percent)$/.test(metric.unit ?? '') || /_bytes$/.test(metric.name)
  return kind === 'gauge' && counts ? atLeastZero : anything
}

/** No quantile is above the highest bound of the buckets, however much lies beyond it. */
function ofQuantile({ arguments: args }: Call, inventory: Inventory): Bounds {
  const selectors: Selector[] = []
  walk(args.at(-1) ?? anyNumber, (each) => {
    if (each.kind === 'selector') selectors.push(each)
  })
  const bounds = selectors.flatMap((selector) => [
    ...(seriesOf(inventory, selector).metric?.seen?.get('le') ?? []),
  ])
  const finite = bounds.map(Number).filter(Number.isFinite)
  if (selectors.length !== 1 || finite.length === 0) return anything
  return between(Math.min(...finite) < 0 ? -infinity : 0, Math.max(...finite))
}

const anyNumber: Expression = { kind: 'number', value: 0, from: 0, to: 0 }

function ofCall({ function: name, arguments: args }: Call, of: (inner: Expression) => Bounds): Bounds {
  const [first, second] = args
  const inner = first === undefined ? anything : of(first)
  const text = name.text
  if (/^absent/.test(text)) return between(1, 1)
  if (text === 'histogram_fraction') return between(0, 1)
  if (inner.isEmpty) return inner
  if (/^(rate|irate|increase)$/.test(text)) return atLeastZero
  if (/^(changes|resets|abs|histogram_count|stddev_over_time|stdvar_over_time|mad_over_time)$/.test(text))
    return atLeastZero
  if (/^(count_over_time)$/.test(text)) return between(1, infinity)
  if (text === 'present_over_time') return between(1, 1)
  if (
    /^(avg|min|max|last|first)_over_time$|^(sort|sort_desc|sort_by_label|sort_by_label_desc|label_replace|label_join|vector|scalar)$/.test(
      text,
    )
  )
    return inner
  if (text === 'sum_over_time') return summed(inner)
  if (text === 'time' || text === 'timestamp') return atLeastZero
  if (text === 'clamp_min' && second?.kind === 'number')
    return between(Math.max(inner.low, second.value), Math.max(inner.high, second.value))
  if (text === 'clamp_max' && second?.kind === 'number')
    return between(Math.min(inner.low, second.value), Math.min(inner.high, second.value))
  return anything
}

function ofBinary(
  { operator, isBool, isFilled, left, right }: Binary,
  of: (inner: Expression) => Bounds,
): Bounds {
  if (isBool) return between(0, 1)
  const [a, b] = [of(left), of(right)]
  if (operator.text === 'or') {
    if (a.isEmpty) return b
    return b.isEmpty ? a : between(Math.min(a.low, b.low), Math.max(a.high, b.high))
  }
  if (operator.text === 'unless') return a
  if (a.isEmpty || (b.isEmpty && !isFilled)) return { ...a, isEmpty: true }
  if (setOperators.has(operator.text)) return a
  switch (operator.text) {
    case '+':
      return between(a.low + b.low, a.high + b.high)
    case '-':
      return between(a.low - b.high, a.high - b.low)
    case '*':
    case '/':
      if (operator.text === '/' && b.low === b.high && b.low > 0)
        return between(a.low / b.low, a.high / b.low)
      if (operator.text === '*' && b.low === b.high && b.low > 0)
        return between(a.low * b.low, a.high * b.low)
      return a.low >= 0 && b.low >= 0 ? atLeastZero : anything
    case '>':
    case '>=':
      return narrowed(operator.text, Math.max(a.low, b.low), a.high, a, b)
    case '<':
    case '<=':
      return narrowed(operator.text, a.low, Math.min(a.high, b.high), a, b)
    case '==':
      return narrowed(operator.text, Math.max(a.low, b.low), Math.min(a.high, b.high), a, b)
    case '!=':
      return a
    default:
      return anything
  }
}

/** What a comparison leaves of its left side. */
function narrowed(operator: string, low: number, high: number, a: Bounds, b: Bounds): Bounds {
  const isEmpty = low > high || (operator === '>' && a.high <= b.low) || (operator === '<' && a.low >= b.high)
  return { low, high, isEmpty }
}

/** A sum of many values has the sign of each, and is not nearer to zero than any. */
function summed({ low, high }: Bounds): Bounds {
  return between(low >= 0 ? low : -infinity, high <= 0 ? high : infinity)
}
