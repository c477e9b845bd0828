import type { Attributes } from '@opentelemetry/api'
import type { IAttributesProcessor } from '@opentelemetry/sdk-metrics'

/** Bounds on the series of one metric stream, for the life of the process. */
export interface SeriesLimits {
  /** Series, the overflow series among them. */
  readonly series: number
  /** How many values of an attribute are told apart. */
  readonly values?: Readonly<Record<string, number>>
}

/**
 * Called for each measurement that goes to the overflow series.
 *
 * @param attribute the one that has too many values; undefined where their combination has.
 */
export type OnOverflow = (attribute: string | undefined) => void

/**
 * Admits series until a limit is reached, and then no new ones until the process ends. The SDK's own limit begins
 * anew with each collection, so that series add up without bound under cumulative temporality.
 */
export function limitSeries(
  { series, values = {} }: SeriesLimits,
  onOverflow: OnOverflow,
): IAttributesProcessor {
  const admitted = new Set<string>()
  const seen = Object.entries(values).map(([key, limit]) => ({ key, limit, known: new Set<unknown>() }))
  return {
    process: (attributes) => {
      const key = keyOf(attributes)
      if (admitted.has(key)) return attributes
      const full = seen.find(({ key, limit, known }) => known.size >= limit && !known.has(attributes[key]))
      if (full !== undefined || admitted.size >= series - 1) {
        onOverflow(full?.key)
        return overflow
      }
      for (const { key, known } of seen) known.add(attributes[key])
      admitted.add(key)
      return attributes
    },
  }
}

/** The attribute set that the specification reserves for measurements beyond the limit. */
const overflow: Attributes = Object.freeze({ 'otel.metric.overflow': true })

function keyOf(attributes: Attributes): string {
  const keys = Object.keys(attributes)
  if (keys.length > 1) keys.sort()
  return JSON.stringify(keys.map((key) => [key, attributes[key]]))
}
