import type { DataPoint, Histogram } from '@opentelemetry/sdk-metrics'
import type { Family } from './families.ts'
import { LabelStore } from './label-store.ts'
import type { Series } from './series.ts'

/**
 * Makes one series of those that came out with equal labels: OpenTelemetry tells `1` from `"1"` and `a.b`
 * from `a_b`, Prometheus does not. Counts are added up, since their sum is what the remaining labels mean;
 * of gauges, and of histograms with other buckets, the first is kept.
 */
export function mergedPoints(
  family: Family,
  series: readonly Series[],
  onProblem: (problem: string) => void,
): Series[] {
  const places = new Map<string, { readonly points: DataPoint<unknown>[]; readonly index: number }>()
  return series.map((stream) => {
    const points: DataPoint<unknown>[] = []
    const labels = new LabelStore()
    for (const [i, point] of stream.points.entries()) {
      const key = stream.labels.key(i)
      const place = places.get(key)
      if (place === undefined) {
        places.set(key, { points, index: points.length })
        points.push(point)
        labels.add(stream.labels.at(i))
      } else {
        const first = place.points[place.index] as DataPoint<unknown>
        const value = added(family, stream, first.value, point.value)
        place.points[place.index] = { ...first, value: value ?? first.value }
        const outcome = value === undefined ? 'the first one is kept' : 'they are added up'
        onProblem(`series of "${family.name}" have equal labels in Prometheus: ${outcome}`)
      }
    }
    return { ...stream, points, labels }
  })
}

function added(family: Family, { metric }: Series, a: unknown, b: unknown): unknown {
  const isSum = metric !== undefined && 'isMonotonic' in metric
  if (isSum && typeof a === 'number' && typeof b === 'number') return a + b
  return family.type === 'histogram' ? addedHistograms(a as Histogram, b as Histogram) : undefined
}

function addedHistograms(a: Histogram, b: Histogram): Histogram | undefined {
  const { boundaries } = a.buckets
  const same = boundaries.every((bound, i) => bound === b.buckets.boundaries[i])
  if (!same || boundaries.length !== b.buckets.boundaries.length) return undefined
  const counts = a.buckets.counts.map((count, i) => count + (b.buckets.counts[i] ?? 0))
  const sum = a.sum === undefined || b.sum === undefined ? {} : { sum: a.sum + b.sum }
  return { count: a.count + b.count, buckets: { boundaries, counts }, ...sum }
}
