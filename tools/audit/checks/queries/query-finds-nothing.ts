import type { Matcher, Selector } from '../../../promql/expression.ts'
import { limitConcurrency } from '../../../server/concurrency.ts'
import type { Prometheus } from '../../../server/server.ts'
import type { AuditInputs, Check } from '../../check.ts'
import type { Finding, Level } from '../../finding.ts'
import { queryFinding, type ReadQuery, readQueriesOf } from '../queries.ts'
import { risesOnly, seriesOf } from './series-kind.ts'

const check = 'query-finds-nothing'

/** How far back one looks for data that is gone. */
const daysBack = 7
/** How many questions Prometheus is asked at once. */
const concurrency = 8

export const queryFindsNothing: Check = {
  name: check,
  description:
    'Queries whose series Prometheus does not have: because of name, label or value, or because they are gone.',
  async run(inputs) {
    const { prometheus } = inputs
    if (prometheus === undefined) return []
    const inTurn = limitConcurrency(concurrency)
    const answers = new Map<string, Promise<Answer | undefined>>()
    const asked = readQueriesOf(inputs).flatMap((located) =>
      located.query.selectors.filter(isAskable).map(async (selector) => {
        if (isInsideAbsent(located, selector)) return []
        const key = textOf(selector)
        const answer = answers.get(key) ?? inTurn(() => examine(prometheus, selector))
        answers.set(key, answer)
        const fault = await answer
        return fault === undefined ? [] : [report(inputs, located, selector, fault)]
      }),
    )
    return (await Promise.all(asked)).flat()
  },
}

/** Why a selector finds nothing. */
interface Answer {
  readonly why: 'name' | 'matcher' | 'matchers' | 'lost'
  readonly reason: string
  readonly mend: string
}

/** Asks whether a selector finds series now; if not, what has to be left out of it until it does. */
async function examine(prometheus: Prometheus, selector: Selector): Promise<Answer | undefined> {
  const to = new Date()
  const week = { from: new Date(to.getTime() - daysBack * 86_400_000), to }
  const had = async (text: string) => (await prometheus.series(text, week)).length > 0
  const whole = textOf(selector)
  // Most find something: a count is the shortest answer.
  if ((await prometheus.query(`count(${whole})`)).length > 0) return undefined
  if (await had(whole))
    return {
      why: 'lost',
      reason: `Prometheus had data for ${whole} within the last ${daysBack} days and has none now.`,
      mend: 'See whether the service still exposes it and is still scraped.',
    }
  const bare = textOf({ ...selector, matchers: [] })
  if (selector.name === undefined || !(await had(bare)))
    return {
      why: 'name',
      reason: `Prometheus has had no series ${bare} in the last ${daysBack} days.`,
      mend: 'Correct the name, or have Prometheus scrape what exposes it.',
    }
  for (const matcher of selector.matchers) {
    const alone = await prometheus.series(textOf({ ...selector, matchers: [matcher] }), week)
    if (alone.length === 0) return explainMatcher(await prometheus.series(bare, week), matcher, bare)
  }
  return {
    why: 'matchers',
    reason: `Prometheus has series for each matcher of ${whole}, but none for all of them together.`,
    mend: 'Leave one of the matchers out.',
  }
}

function explainMatcher(
  all: readonly ReadonlyMap<string, string>[],
  { label, operator, value }: Matcher,
  bare: string,
): Answer {
  const values = [...new Set(all.flatMap((labels) => labels.get(label.text) ?? []))].sort()
  const shown = values.slice(0, 8).join(', ')
  return {
    why: 'matcher',
    reason:
      values.length === 0
        ? `No series of ${bare} in Prometheus has the label ${label.text}.`
        : `No series of ${bare} in Prometheus has ${label.text}${operator}${JSON.stringify(value.text)}; there is ${shown}${values.length > 8 ? ', …' : ''}.`,
    mend:
      values.length === 0
        ? `Leave ${label.text} out, or use a label that exists.`
        : 'Write a value that exists.',
  }
}

function report(
  inputs: AuditInputs,
  located: ReadQuery,
  selector: Selector,
  { why, reason, mend }: Answer,
): Finding {
  const level = levelOf(inputs, selector, why)
  return queryFinding(located, {
    check,
    level,
    reason,
    mend: level === 'info' ? `Nothing to do while what it counts has not happened. Otherwise: ${mend}` : mend,
    about: textOf(selector),
    at: selector.from,
  })
}

/** A counter whose event has not happened yet may be absent from a healthy service that declares it. */
function levelOf({ inventory }: AuditInputs, selector: Selector, why: Answer['why']): Level {
  const { kind, metric } = seriesOf(inventory, selector)
  const isDeclared = metric !== undefined && (metric.from.has('catalog') || metric.from.has('source'))
  if (why === 'lost') return 'warning'
  const mayCome = risesOnly(kind) || selector.matchers.length > 0
  return isDeclared && mayCome ? 'info' : 'error'
}

function isAskable({ name, hasUnknownMatchers }: Selector): boolean {
  return (
    name !== undefined &&
    !name.isVariable &&
    name.text !== 'ALERTS' &&
    name.text !== 'ALERTS_FOR_STATE' &&
    !hasUnknownMatchers
  )
}

/** `absent(x)` is there for what is not. */
function isInsideAbsent({ text }: ReadQuery, { from }: Selector): boolean {
  return /\babsent(_over_time)?\s*\([^()]*$/.test(text.slice(0, from))
}

/** The selector without range and variables, so that it asks for what any choice of them could find. */
function textOf({ name, matchers }: Pick<Selector, 'name' | 'matchers'>): string {
  const kept = matchers.filter(({ label, value }) => !label.isVariable && !value.isVariable)
  const inside = kept.map(
    ({ label, operator, value }) => `${quoted(label.text)}${operator}${JSON.stringify(value.text)}`,
  )
  const text = name?.text ?? ''
  if (/^[a-zA-Z_:][\w:]*$/.test(text)) return inside.length === 0 ? text : `${text}{${inside.join(',')}}`
  return `{${[JSON.stringify(text), ...inside].join(',')}}`
}

function quoted(label: string): string {
  return /^[a-zA-Z_]\w*$/.test(label) ? label : JSON.stringify(label)
}
