import { withoutTotal } from '@tidegauge/otel/naming'
import { latestFamilies, serviceMetrics } from '../../../inputs/service-metrics.ts'
import type { Check } from '../../check.ts'
import type { Finding } from '../../finding.ts'

/** A metric that does not say what it means. */
export const metricHelp: Check = {
  name: 'metric-help',
  description: 'A metric has no help text, or one that says nothing.',
  run(inputs) {
    const families = new Map(latestFamilies(inputs.targets).map((family) => [family.name, family]))
    return serviceMetrics(inputs).flatMap(({ metric: { name, help: declared }, place }): Finding[] => {
      const family = families.get(name)
      // What is declared does not help those who only see what is exposed.
      const help = family && !family.help ? '' : (declared ?? '')
      const words = help
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, ' ')
        .trim()
      const repeats =
        words === name.toLowerCase().replaceAll('_', ' ') ||
        words === withoutTotal(name.toLowerCase()).replaceAll('_', ' ')
      if (words !== '' && !repeats) return []
      return [
        {
          check: 'metric-help',
          level: words === '' ? 'warning' : 'info',
          place,
          subject: name,
          reason:
            words === '' ? `${name} has no help text` : `The help text of ${name} only repeats its name`,
          mend: 'Say in a sentence what is counted, and in what unit.',
        },
      ]
    })
  },
}
