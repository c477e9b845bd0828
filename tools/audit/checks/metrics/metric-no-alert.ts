import { consumersOf } from '../../../inputs/consumers.ts'
import { isUnrecorded, serviceMetrics } from '../../../inputs/service-metrics.ts'
import type { Check } from '../../check.ts'

/** Words that tell that a metric counts what should not happen. */
const bad =
  /(^|_)(errors?|fail(ed|ures?)?|dead_?letter(s|ed)?|dropped|drops|rejected|timeouts?|panics?|overflows?|lost)(_|$)/

/** A metric that no alert watches. */
export const metricNoAlert: Check = {
  name: 'metric-no-alert',
  description: 'No alert watches a metric, and the catalog does not say why.',
  run(inputs) {
    if (inputs.rules.length === 0) return []
    const { alerts } = consumersOf(inputs)
    const excused = new Set(
      inputs.catalog?.metrics.filter(({ noAlert }) => noAlert !== undefined).map(({ name }) => name),
    )
    return (
      serviceMetrics(inputs)
        // Nobody writes an alert for each number that a runtime tells of itself.
        .filter(
          ({ metric: { name }, isOfRuntime }) =>
            !isOfRuntime && !alerts.has(name) && !excused.has(name) && !isUnrecorded(inputs, name),
        )
        .map(({ metric: { name, type }, place }) => {
          const isBad = bad.test(name) && type !== 'histogram'
          return {
            check: 'metric-no-alert',
            level: isBad ? 'warning' : 'info',
            place,
            subject: name,
            reason: isBad
              ? `${name} counts what should not happen, and no alert watches it`
              : `No alert watches ${name}`,
            mend: isBad
              ? 'Write an alert on its rate, or say in the catalog why it needs none (noAlert).'
              : 'Write an alert if somebody should be told about it.',
          }
        })
    )
  },
}
