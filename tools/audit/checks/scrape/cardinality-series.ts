import { isPart } from '@tidegauge/otel/naming'
import { latestFamilies } from '../../../inputs/service-metrics.ts'
import type { Family } from '../../../scrape/scrape.ts'
import type { Check } from '../../check.ts'
import { defaultLimits } from '../../limits.ts'

/** A metric with very many series. */
export const cardinalitySeries: Check = {
  name: 'cardinality-series',
  description: `A metric has more than ${defaultLimits.seriesWarning} series (error: ${defaultLimits.seriesError}), or a label more than ${defaultLimits.labelValues} values.`,
  run({ targets, limits = defaultLimits }) {
    return latestFamilies(targets)
      .map((family) => ({ family, series: seriesOf(family), ...widest(family) }))
      .filter(({ series, values }) => series > limits.seriesWarning || values > limits.labelValues)
      .sort((a, b) => b.series - a.series)
      .map(({ family, series, label, values }) => ({
        check: 'cardinality-series',
        level: series > limits.seriesError ? 'error' : 'warning',
        place: { file: family.url, line: family.line },
        subject: family.name,
        reason: `${family.name} has ${series} series; the label ${label} has ${values} values`,
        mend: `Leave ${label} off, or put its values into few groups; every series costs memory in every Prometheus.`,
      }))
  },
}

/** Those of a histogram count by their sets of labels, not by buckets. */
function seriesOf({ samples, type }: Family): number {
  return type === 'histogram' ? samples.filter(({ name }) => isPart(name, 'count')).length : samples.length
}

function widest({ samples }: Family): { readonly label: string; readonly values: number } {
  const values = new Map<string, Set<string>>()
  for (const { labels } of samples) {
    for (const [label, value] of labels) {
      if (label === 'le' || label === 'quantile') continue
      const known = values.get(label)
      if (known) known.add(value)
      else values.set(label, new Set([value]))
    }
  }
  const [most] = [...values].sort(([, a], [, b]) => b.size - a.size)
  return { label: most?.[0] ?? '', values: most?.[1].size ?? 0 }
}
