import { isUnrecorded, serviceMetrics } from '../../../metrics/service-metrics.ts'
import { usesOf } from '../../../metrics/uses.ts'
import type { Check } from '../../planes.ts'

/** Words that tell that a metric counts what should not happen. */
const bad =
  /(^|_)(errors?|fail(ed|ures?)?|dead_?letter(s|ed)?|dropped|drops|rejected|timeouts?|panics?|overflows?|lost)(_|$)/

/** A metric that no alert watches. */
export const metricNoAlert: Check = {
  name: 'metric-no-alert',
  description: 'No alert watches a metric, and the catalog does not say why.',
  run(planes) {
    if (planes.rules.length === 0) return []
    const { alerts } = usesOf(planes)
    const excused = new Set(
      planes.catalog?.metrics.filter(({ noAlert }) => noAlert !== undefined).map(({ name }) => name),
    )
    return (
      serviceMetrics(planes)
        // Nobody writes an alert for each number that a runtime tells of itself.
        .filter(
          ({ metric: { name }, isOfRuntime }) =>
            !isOfRuntime && !alerts.has(name) && !excused.has(name) && !isUnrecorded(planes, name),
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
