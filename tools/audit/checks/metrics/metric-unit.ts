import { unitWords } from '@tidegauge/otel/naming'
import { serviceMetrics } from '../../../metrics/service-metrics.ts'
import type { Finding } from '../../finding.ts'
import type { Check } from '../../planes.ts'

/** A metric whose unit is another than its name says. */
export const metricUnit: Check = {
  name: 'metric-unit',
  description: 'The unit that a metric declares is not the one that its name ends in.',
  run(planes) {
    return serviceMetrics(planes).flatMap(({ metric: { name, unit }, place }): Finding[] => {
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
          mend: `Call it ${name.replace(/_total$/, '')}_${words}${name.endsWith('_total') ? '_total' : ''}, or mend the unit.`,
        },
      ]
    })
  },
}
