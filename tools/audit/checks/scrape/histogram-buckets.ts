import { seriesName } from '@tidegauge/otel/naming'
import { latestFamilies } from '../../../inputs/service-metrics.ts'
import type { Family } from '../../../scrape/scrape.ts'
import type { Check } from '../../check.ts'
import type { Finding } from '../../finding.ts'

/** A histogram that is counted into other buckets than its declaration says. */
export const histogramBuckets: Check = {
  name: 'histogram-buckets',
  description: 'A histogram is exposed with other buckets than the catalog declares.',
  run({ catalog, targets }) {
    const families = new Map(latestFamilies(targets).map((family) => [family.name, family]))
    return (catalog?.metrics ?? []).flatMap(({ name, buckets, file }): Finding[] => {
      const family = families.get(name)
      const exposed = family && boundsOf(family)
      if (buckets === undefined || exposed === undefined || exposed.length === 0) return []
      if (exposed.join() === [...buckets].sort((a, b) => a - b).join()) return []
      return [
        {
          check: 'histogram-buckets',
          level: 'warning',
          place: { file: family?.url ?? file, ...(family && { line: family.line }) },
          subject: name,
          reason: `${name} has the buckets ${exposed.join(', ')}; ${file} declares ${buckets.join(', ')}`,
          mend: 'Check that its view or constructor gets the declared buckets, or correct the declaration.',
        },
      ]
    })
  },
}

function boundsOf({ name, samples }: Family): readonly number[] {
  const bounds = samples
    .filter((sample) => sample.name === seriesName(name, 'bucket'))
    .map(({ labels }) => Number(labels.get('le')))
  return [...new Set(bounds)].filter(Number.isFinite).sort((a, b) => a - b)
}
