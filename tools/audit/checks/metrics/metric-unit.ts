import { isTotal, unitWords, withoutTotal } from '@tidegauge/otel/naming'
import { serviceMetrics } from '../../../inputs/service-metrics.ts'
import type { Check } from '../../check.ts'
import type { Finding } from '../../finding.ts'

/** A metric whose unit is another than its name says. */
export const metricUnit: Check = {
  name: 'metric-unit',
  description: 'The unit that a metric declares is not the one that its name ends in.',
  run(inputs) {
    return serviceMetrics(inputs).flatMap(({ metric: { name, unit }, place }): Finding[] => {
      if (unit === undefined || unit === '' || unit.startsWith('{')) return []
      const words = unitWords(unit).join('_')
      if (words === '' || `_${name}_`.includes(`_${words}_`)) return []
      return [
        {
          check: 'metric-unit',
          level: 'warning',
          place,
          subject: name,
          reason: `${name} declares the unit ${unit}, and its name does not say ${words}`,
          mend: `Call it ${withoutTotal(name)}_${words}${isTotal(name) ? '_total' : ''}, or fix the unit.`,
        },
      ]
    })
  },
}
