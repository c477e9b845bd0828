import type { Finding } from '../finding.ts'
import type { Check } from '../planes.ts'
import { serviceMetrics } from '../service-metrics.ts'

/** A metric that does not say what it means. */
export const metricHelp: Check = {
  name: 'metric-help',
  description: 'A metric has no help text, or one that says nothing.',
  run(planes) {
    return serviceMetrics(planes).flatMap(({ metric: { name, help = '' }, place }): Finding[] => {
      const words = help
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, ' ')
        .trim()
      const repeats =
        words === name.toLowerCase().replaceAll('_', ' ') ||
        words ===
          name
            .toLowerCase()
            .replace(/_total$/, '')
            .replaceAll('_', ' ')
      if (words !== '' && !repeats) return []
      return [
        {
          check: 'metric-help',
          level: words === '' ? 'warning' : 'info',
          place,
          subject: name,
          reason:
            words === '' ? `${name} has no help text` : `the help text of ${name} only repeats its name`,
          mend: 'Say in a sentence what is counted, and in what unit.',
        },
      ]
    })
  },
}
