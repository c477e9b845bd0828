import { countedThing, seriesName, splitSeries, splitUnit, units } from '@tidegauge/otel/naming'
import {
  type Binary,
  type Call,
  comparisons,
  type Expression,
  type Selector,
  setOperators,
} from '../promql/expression.ts'
import { operandsOf } from '../promql/walk.ts'

/** What the numbers of a result measure. */
export interface ResultUnit {
  /** Powers of the base units: `{ s: 1 }` is a time, `{ By: 1, s: -1 }` bytes a second. Counts have a unit of their own. */
  readonly powers: Readonly<Record<Base, number>>
  /** How many base units one is: 0.001 for milliseconds, 0.01 for percent. */
  readonly factor: number
  /** A moment rather than a length of time. */
  readonly isDate?: boolean
  /** Seconds per second: a share of the time of one thing, or how many were busy of several. */
  readonly isShareOfTime?: boolean
  /** A number written in the query, which scales what it is multiplied with. */
  readonly constant?: number
}

export type Base = 's' | 'By' | 'count'

/** Works out the unit of a query's result from those of its metrics. Undefined where it cannot be told. */
export function resultUnit(
  expression: Expression,
  unitOf: (selector: Selector) => ResultUnit | undefined,
): ResultUnit | undefined {
  const of = (inner: Expression | undefined) => inner && resultUnit(inner, unitOf)
  switch (expression.kind) {
    case 'selector':
      return unitOf(expression)
    case 'number':
      return { ...plain, constant: expression.value }
    case 'subquery':
    case 'unary':
      return of(expression.expression)
    case 'aggregation': {
      const { operator, expression: inner } = expression
      if (counting.has(operator.text)) return count
      return operator.isVariable || operator.text === 'stdvar' ? undefined : of(inner)
    }
    case 'binary':
      return ofBinary(expression, of(expression.left), of(expression.right))
    case 'call':
      return ofCall(expression, of, unitOf)
    default:
      return undefined
  }
}

/** The unit of a UCUM text; undefined for one that measures something else. */
export function measuredIn(unit: string): ResultUnit | undefined {
  const { of: whole, per } = splitUnit(unit)
  if (per !== undefined) {
    const [top, bottom] = [measuredIn(whole), measuredIn(per)]
    return top && bottom && divide(top, bottom)
  }
  const measure = units.get(whole)?.measures
  if (measure !== undefined)
    return { powers: powers(measure.base === '1' ? {} : { [measure.base]: 1 }), factor: measure.factor }
  return countedThing(whole) === undefined ? undefined : count
}

/** Ratios have no unit at all, and so have numbers. */
export const plain: ResultUnit = { powers: powers({}), factor: 1 }
export const count: ResultUnit = { powers: powers({ count: 1 }), factor: 1 }
export const date: ResultUnit = { powers: powers({ s: 1 }), factor: 1, isDate: true }

export function samePowers(one: ResultUnit, other: ResultUnit): boolean {
  return bases.every((base) => one.powers[base] === other.powers[base]) && !one.isDate === !other.isDate
}

const bases: readonly Base[] = ['s', 'By', 'count']

function powers(others: Partial<Record<Base, number>>): Record<Base, number> {
  return { s: 0, By: 0, count: 0, ...others }
}

type Of = (inner: Expression | undefined) => ResultUnit | undefined

function ofCall(
  call: Call,
  of: Of,
  unitOf: (selector: Selector) => ResultUnit | undefined,
): ResultUnit | undefined {
  const name = call.function.text
  const [first, second] = call.arguments
  if (call.function.isVariable) return undefined
  if (name === 'time' || name === 'timestamp') return date
  if (perSecond.has(name)) {
    const inner = of(first)
    const rate = inner && divide(inner, { powers: powers({ s: 1 }), factor: 1 })
    return rate && inner.powers.s === 1 && inner.powers.By === 0 ? { ...rate, isShareOfTime: true } : rate
  }
  if (name === 'histogram_quantile') return observed(second, unitOf)
  if (name === 'histogram_fraction') return plain
  if (name === 'count_over_time' || name === 'changes' || name === 'resets') return count
  if (name === 'quantile_over_time' || name === 'histogram_quantiles') return of(second)
  return keeping.test(name) ? of(first) : undefined
}

/** What a histogram holds, rather than the number of observations that its buckets are. */
function observed(
  of: Expression | undefined,
  unitOf: (selector: Selector) => ResultUnit | undefined,
): ResultUnit | undefined {
  if (of === undefined) return undefined
  if (of.kind !== 'selector') {
    return operandsOf(of)
      .map((each) => observed(each, unitOf))
      .find((each) => each !== undefined)
  }
  const name = of.name
  if (name === undefined || name.isVariable) return undefined
  return unitOf({ ...of, name: { ...name, text: sumOf(name.text) } })
}

/** The sum beside the buckets of a histogram. */
export function sumOf(buckets: string): string {
  const { metric, part } = splitSeries(buckets)
  return seriesName(part === 'bucket' ? metric : buckets, 'sum')
}

function ofBinary(
  { operator, isBool }: Binary,
  left: ResultUnit | undefined,
  right: ResultUnit | undefined,
): ResultUnit | undefined {
  const sign = operator.text
  if (comparisons.has(sign)) return isBool ? count : left?.constant === undefined ? left : right
  if (setOperators.has(sign)) {
    if (sign !== 'or' || left === undefined || right === undefined) return left
    return right.constant !== undefined || samePowers(left, right) ? left : undefined
  }
  if (left === undefined || right === undefined) return undefined
  switch (sign) {
    case '*':
      return multiply(left, right)
    case '/':
      return divide(left, right)
    case '+':
    case '-':
      if (sign === '-' && left.isDate && right.isDate) return { powers: left.powers, factor: left.factor }
      if (left.constant !== undefined) return right.constant === undefined ? right : left
      if (right.constant !== undefined) return left
      return samePowers(left, right) && left.factor === right.factor ? left : undefined
    case '%':
      return left
    default:
      return undefined
  }
}

/** A number in the query makes the values larger, and what one of them stands for smaller. */
function multiply(a: ResultUnit, b: ResultUnit): ResultUnit {
  if (a.constant !== undefined && b.constant !== undefined)
    return { ...plain, constant: a.constant * b.constant }
  if (a.constant !== undefined) return { ...b, factor: b.factor / a.constant }
  if (b.constant !== undefined) return { ...a, factor: a.factor / b.constant }
  return { powers: combine(a, b, 1), factor: a.factor * b.factor }
}

function divide(a: ResultUnit, b: ResultUnit): ResultUnit {
  if (a.constant !== undefined && b.constant !== undefined)
    return { ...plain, constant: a.constant / b.constant }
  if (b.constant !== undefined) return { ...a, factor: a.factor * b.constant }
  return { powers: combine(a, b, -1), factor: a.factor / b.factor }
}

/** Per something counted is not told apart: seconds per request are seconds. */
function combine(a: ResultUnit, b: ResultUnit, sign: 1 | -1): Record<Base, number> {
  const sum = (base: Base) => a.powers[base] + sign * b.powers[base]
  const result = { s: sum('s'), By: sum('By'), count: sum('count') }
  return result.count < 0 || (result.count > 0 && (result.By !== 0 || result.s > 0))
    ? { ...result, count: 0 }
    : result
}

const counting = new Set(['count', 'count_values', 'group'])
const perSecond = new Set(['rate', 'irate', 'deriv'])
const keeping =
  /^(increase|delta|idelta|(avg|min|max|sum|last|first|stddev|mad)_over_time|abs|ceil|floor|round|clamp(_min|_max)?|sort(_desc)?|sort_by_label(_desc)?|label_replace|label_join|scalar|vector|histogram_(avg|sum|count|stddev)|predict_linear|double_exponential_smoothing|holt_winters)$/
