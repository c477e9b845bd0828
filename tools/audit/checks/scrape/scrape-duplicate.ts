import { labelsKey, latestFamilies } from '../../../inputs/service-metrics.ts'
import type { Check } from '../../check.ts'
import type { Finding } from '../../finding.ts'

/** Two series of a scrape that are the same. */
export const scrapeDuplicate: Check = {
  name: 'scrape-duplicate',
  description: 'A scrape has the same series twice; Prometheus keeps one of the values.',
  run({ targets }) {
    return latestFamilies(targets).flatMap(({ name, samples, url }): Finding[] => {
      const seen = new Set<string>()
      const again = samples.find((sample) => {
        const key = sample.name + labelsKey(sample.labels)
        return seen.has(key) || !seen.add(key)
      })
      if (again === undefined) return []
      const labels = [...again.labels].map(([label, value]) => `${label}=${JSON.stringify(value)}`).join(',')
      return [
        {
          check: 'scrape-duplicate',
          level: 'error',
          place: { file: url, line: again.line },
          subject: name,
          reason: `${again.name}{${labels}} is in the scrape twice`,
          mend: 'Register it once, or let a label tell the two apart.',
        },
      ]
    })
  },
}
