import { infoMetrics, namesTaken } from '@tidegauge/otel/naming'
import { isMatch } from '../../../inputs/is-match.ts'
import type { Selector } from '../../../promql/expression.ts'
import { compilePattern } from '../../../promql/pattern.ts'
import type { AuditInputs, Check } from '../../check.ts'
import { createSuggest } from '../../suggest.ts'
import { queryFinding, readQueriesOf } from '../queries.ts'

const check = 'query-unknown-metric'

export const queryUnknownMetric: Check = {
  name: check,
  description: 'Queries for a metric that nothing exposes, declares or records.',
  *run(inputs) {
    if (!inputs.inventory.isComplete) return
    const names = seriesNames(inputs)
    const suggest = createSuggest()
    const suggestions = new Map<string, string | undefined>()
    for (const located of readQueriesOf(inputs)) {
      const told = new Set<string>()
      for (const selector of located.query.selectors) {
        const name = unknownName(inputs, names, selector)
        if (name === undefined || told.has(name)) continue
        told.add(name)
        if (!suggestions.has(name)) suggestions.set(name, suggest(name, names))
        const meant = suggestions.get(name)
        const isRecorded = name.includes(':')
        yield queryFinding(located, {
          check,
          level: 'error',
          reason: isRecorded
            ? `No rule records ${name}, so that this finds nothing.`
            : `There is no metric ${name}, so that this finds nothing.`,
          mend:
            meant === undefined
              ? `Use a metric that exists, or ${isRecorded ? 'add the rule' : 'expose this one'}.`
              : `Write ${meant}.`,
          about: name,
          at: selector.from,
        })
      }
    }
  },
}

/** Name or pattern of a selector that can find nothing. */
function unknownName(
  { inventory }: AuditInputs,
  names: ReadonlySet<string>,
  { name, matchers }: Selector,
): string | undefined {
  if (name !== undefined) {
    const isKnown = name.isVariable || synthetic.has(name.text) || inventory.ofSeries(name.text) !== undefined
    return isKnown ? undefined : name.text
  }
  for (const { label, operator, value } of matchers) {
    if (label.text !== '__name__' || operator !== '=~' || value.isVariable) continue
    const pattern = compilePattern(value.text)
    if (typeof pattern === 'string') continue
    if (![...names].some((known) => isMatch(pattern, known, { inventory }))) return value.text
  }
  return undefined
}

/** Series that Prometheus or the pipeline make up themselves. */
const synthetic: ReadonlySet<string> = new Set([...infoMetrics, 'ALERTS', 'ALERTS_FOR_STATE', 'up'])

function seriesNames({ inventory }: AuditInputs): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { name, type } of inventory.metrics.values()) {
    for (const taken of namesTaken(name, type)) names.add(taken)
  }
  return names
}
