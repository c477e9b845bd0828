import { comparisons, type Expression, setOperators } from '../../../promql/expression.ts'
import { walk } from '../../../promql/walk.ts'
import type { Check } from '../../check.ts'
import type { Finding } from '../../finding.ts'
import { boundsOf } from '../queries/bounds.ts'
import { queryFinding, readQueriesOf, selections } from '../queries.ts'

const check = 'rule-flipped'

export const ruleFlipped: Check = {
  name: check,
  description: 'Alerts that fire while all is well: few errors, a short queue, a connection that stands.',
  *run(inputs) {
    for (const located of readQueriesOf(inputs)) {
      if (located.from.kind !== 'rule' || located.from.rule.kind !== 'alert') continue
      if (isAboutLittle.test(located.from.rule.name)) continue
      const alert = located.from.rule.name
      const findings: Finding[] = []
      walk(located.query.expression, (each, around) => {
        if (each.kind !== 'binary' || !comparisons.has(each.operator.text) || each.right.kind !== 'number')
          return
        // Other conditions only say when the first one counts.
        if (!isFirst(each, around) || each.isBool) return
        if (boundsOf(each, inputs.inventory).isEmpty) return
        const name = measured(each.left)
        const { value } = each.right
        const isBelow = /^<=?$/.test(each.operator.text)
        const isAbove = /^(>=?|==)$/.test(each.operator.text)
        const isOther = each.operator.text === '!=' && value === 0
        const isFlipped =
          name !== undefined &&
          ((isBelow &&
            (bad.test(name) ||
              ((used.test(name) || isAboutMuch.test(alert)) && !left.test(name) && !good.test(name)))) ||
            (isAbove && good.test(name) && (value > 0 || each.operator.text !== '==')) ||
            (isOther && good.test(name)))
        if (!isFlipped) return
        findings.push(
          queryFinding(located, {
            check,
            level: 'warning',
            reason: `It fires while ${name} is ${each.operator.text} ${value}, which reads as if all were well.`,
            mend: isOther ? 'Write == 0.' : `Reverse the comparison: ${isBelow ? '>' : '<'}.`,
            about: name ?? '',
            at: each.operator.from,
          }),
        )
      })
      yield* findings
    }
  },
}

/** The metric whose amount is compared: of a ratio the one above the line. */
function measured(side: Expression): string | undefined {
  if (side.kind === 'binary' && side.operator.text === '-') return undefined
  const numerator = side.kind === 'binary' && side.operator.text === '/' ? side.left : side
  const found = selections(numerator)
  if (found.some(({ around }) => around.some(looksAway))) return undefined
  const names = new Set(found.map(({ selector }) => selector.name?.text))
  return names.size === 1 ? [...names][0] : undefined
}

/** What counts series rather than looking at their values. */
function looksAway(each: Expression): boolean {
  if (each.kind === 'aggregation') return /^(count|group|count_values|std)/.test(each.operator.text)
  if (each.kind === 'call')
    return /^(changes|resets|count_over_time|present_over_time|absent)/.test(each.function.text)
  return each.kind === 'binary'
}

const bad =
  /(^|[_:])(errors?|failures?|failed|timeouts?|dropped|drops|rejected|lag|latency|duration|retry|retries|reconnects|dead_?letter(ed)?|deadletter|overflows|breaks|waiting|pending|backlog|queue|depth|lost|skipped|restarts|utilization|p9\d+)(_|:|$)/
/** The first condition is what the alert is about; those after `and` and `unless` say when it counts. */
function isFirst(each: Expression, around: readonly Expression[]): boolean {
  const inside = [...around, each]
  return around.every(
    (one, at) =>
      one.kind !== 'call' &&
      (one.kind !== 'binary' || (setOperators.has(one.operator.text) && one.left === inside[at + 1])),
  )
}

/** Names of alerts that tell of an end, or of too little. */
const isAboutLittle = /recover|resolv|finished|(?<!in)complete|too ?few|(?<!s|f)low/i
const isAboutMuch = /(^|[a-z_])(Many|Large|Long|Slow|High)($|[A-Z_])/

/** What is used up, unless the name says that it is what is left. */
const used = /(^|[_:])(memory|disk|heap|resident|rss|utili[sz]ation|used|usage|saturation)(_|:|$)/
const left = /(^|[_:])(free|avail(able)?|remaining|left|limit|max|quota|size|capacity)(_|:|$)/
const good = /^up$|(^|[_:])(connected|up|healthy|ready|online|hit_rate|success_rate|successful)(_|:|$)/
