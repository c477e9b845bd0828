import type { Binary, Expression } from '../../../promql/expression.ts'
import { comparisons, setOperators } from '../../../promql/expression.ts'
import type { AuditInputs, Check } from '../../check.ts'
import type { Level } from '../../finding.ts'
import { queryFinding, type ReadQuery, readQueriesOf, selections } from '../queries.ts'
import { risesOnly, seriesOf } from './series-kind.ts'

const check = 'query-raw-counter'

export const queryRawCounter: Check = {
  name: check,
  description: 'Counters shown, compared or averaged without rate or increase around them.',
  *run(inputs) {
    const isRated = ratedIn(inputs)
    for (const located of readQueriesOf(inputs)) {
      if (located.from.kind === 'variable') continue
      for (const { selector, around } of selections(located.query.expression)) {
        const { kind, metric } = seriesOf(inputs.inventory, selector)
        if (!risesOnly(kind) || isUnderstood(around, selector)) continue
        const name = selector.name?.text ?? 'the metric'
        // Gauges are called total as well: totals of machines, of what is in a store.
        const isGuess = metric === undefined && kind === 'counter' && !isRated(name)
        yield queryFinding(located, {
          check,
          level: isGuess ? 'info' : levelOf(located),
          reason: isGuess
            ? `By its name ${name} is a counter, and nothing here takes a rate of it; a counter falls to 0 with its process.`
            : reasonOf(located, name, around),
          mend: isGuess
            ? 'If it is a counter, take its rate or increase; a gauge is better not called total.'
            : `Write rate(${name}[${located.from.kind === 'panel' ? '$__rate_interval' : '5m'}]), or increase(…) for how many.`,
          about: name,
          at: selector.from,
        })
      }
    }
  },
}

/** Whether any query takes a rate of a metric, which makes no sense for a gauge. */
function ratedIn(inputs: AuditInputs): (name: string) => boolean {
  const rated = new Set<string>()
  for (const { query } of readQueriesOf(inputs))
    for (const { selector, around } of selections(query.expression))
      if (around.some((each) => each.kind === 'call' && rates.test(each.function.text)))
        rated.add(selector.name?.text ?? '')
  return (name) => rated.has(name)
}

const rates = /^(rate|irate|increase|resets)$/

/** Whether something around it copes with a number that only rises, or does not look at its value. */
function isUnderstood(around: readonly Expression[], selector: Expression): boolean {
  let inner = selector
  for (const each of around.toReversed()) {
    if (each.kind === 'call' && (each.function.isVariable || copes.has(each.function.text))) return true
    if (each.kind === 'aggregation' && (each.operator.isVariable || counts.has(each.operator.text)))
      return true
    if (each.kind === 'binary' && (isBeside(each, inner) || isDifference(each))) return true
    inner = each
  }
  return false
}

/** After `and` and `unless` only the labels count; a total compared with 0 asks whether it ever happened. */
function isBeside({ operator, left, right, isBool }: Binary, inner: Expression): boolean {
  if (setOperators.has(operator.text)) return operator.text !== 'or' && inner === right
  if (!comparisons.has(operator.text) || isBool) return false
  const other = inner === left ? right : left
  return operator.text === '==' && other.kind === 'number' && other.value === 0
}

/** `x - x offset 10m` is what came in between, though a restart makes it negative. */
function isDifference({ operator, left, right }: Binary): boolean {
  if (operator.text !== '-' || left.kind !== 'selector' || right.kind !== 'selector') return false
  return left.name?.text === right.name?.text && (left.offset !== undefined || right.offset !== undefined)
}

function levelOf({ from }: ReadQuery): Level {
  if (from.kind !== 'panel') return 'error'
  if (/^(stat|table|gauge|bargauge|singlestat|piechart|text)$/.test(from.panel.type))
    return perSecond.test(from.panel.unit ?? '') ? 'error' : 'info'
  return 'error'
}

function reasonOf({ from }: ReadQuery, name: string, around: readonly Expression[]): string {
  if (around.some((each) => each.kind === 'call' && each.function.text === 'histogram_quantile'))
    return `Without rate around ${name} this quantile is one over everything since the process started.`
  if (around.some((each) => each.kind === 'call' && each.function.text.endsWith('_over_time')))
    return `${name} is a counter: what it averages or adds up here depends on how long the process has been running.`
  if (from.kind === 'rule' && from.rule.kind === 'record')
    return `${name} is a counter: what is recorded has come together since the process started, and falls to 0 with it.`
  if (from.kind === 'rule')
    return `${name} is a counter, which only rises: once the condition holds it holds until the process restarts.`
  return `${name} is a counter: it shows what has come together since the process started, and falls to 0 with it.`
}

/** Units of Grafana that are per second, or per minute. */
const perSecond =
  /^(reqps|ops|cps|rps|wps|iops|eps|mps|opm|rpm|wpm|cpm|Bps|binBps|bps|binbps|recps|pps|[KMGT]i?Bs)$/

const copes: ReadonlySet<string> = new Set(
  'rate irate increase resets changes absent absent_over_time count_over_time present_over_time timestamp start_timestamp delta idelta deriv predict_linear ts_of_first_over_time ts_of_last_over_time'.split(
    ' ',
  ),
)
const counts: ReadonlySet<string> = new Set(['count', 'group', 'count_values'])
