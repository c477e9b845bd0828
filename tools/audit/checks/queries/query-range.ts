import type { Duration } from '../../../promql/expression.ts'
import type { AuditInputs, Check } from '../../check.ts'
import { queryFinding, readQueriesOf, selections } from '../queries.ts'

const check = 'query-range'

/** Where nobody tells how often Prometheus scrapes: seldom is it more often. */
const assumedIntervalMs = 15_000

export const queryRange: Check = {
  name: check,
  description: 'Ranges too short to hold two scrapes, which rate and its relatives need.',
  *run(inputs) {
    const intervalMs = inputs.prometheus?.scrapeIntervalMs ?? assumedIntervalMs
    for (const located of readQueriesOf(inputs)) {
      for (const { selector, around } of selections(located.query.expression)) {
        const call = around.at(-1)
        if (selector.range === undefined || call?.kind !== 'call' || !needsTwo.has(call.function.text))
          continue
        const fault = faultOf(inputs, selector.range, call.function.text, intervalMs)
        if (fault === undefined) continue
        yield queryFinding(located, {
          check,
          ...fault,
          about: selector.name?.text ?? 'range',
          at: selector.range.from,
        })
      }
    }
  },
}

function faultOf({ prometheus }: AuditInputs, { ms, variables }: Duration, name: string, intervalMs: number) {
  const seconds = intervalMs / 1000
  if (variables.includes('__interval'))
    return {
      level: 'warning' as const,
      reason: `$__interval is as short as a pixel of the graph: zoomed in, ${name} finds fewer than two scrapes and shows nothing.`,
      mend: 'Write [$__rate_interval].',
    }
  if (ms === undefined || ms >= 2 * intervalMs) return undefined
  const known = prometheus?.scrapeIntervalMs !== undefined
  return {
    level: 'error' as const,
    reason: `${name} needs two scrapes and its range is ${ms / 1000} s, while ${known ? `Prometheus scrapes every ${seconds} s` : `scrapes are usually ${seconds} s or more apart`}: it shows nothing.`,
    mend: `Write a range of at least ${(4 * intervalMs) / 1000} s, in panels [$__rate_interval].`,
  }
}

const needsTwo: ReadonlySet<string> = new Set(
  'rate increase irate delta idelta deriv predict_linear changes resets'.split(' '),
)
