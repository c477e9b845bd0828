import type { Attributes } from '@opentelemetry/api'
import type { IAttributesProcessor } from '@opentelemetry/sdk-metrics'

/** Bounds on the series of one metric stream, for the life of the process. */
export interface SeriesLimits {
  /** Series, the overflow series among them. @default no bound beyond that of the values */
  readonly series?: number | undefined
  /** How many values of an attribute are told apart. */
  readonly values?: Readonly<Record<string, number>> | undefined
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
  const byValue = admitValues(values)
  const bySeries = series === undefined ? () => true : admitSeries(series - 1)
  return {
    process: (attributes) => {
      const full = byValue(attributes)
      if (full === undefined && bySeries(attributes)) return attributes
      onOverflow(full)
      return overflow
    },
  }
}

/** Names the first attribute that would have one value too many; admits the values where there is none. */
function admitValues(
  values: Readonly<Record<string, number>>,
): (attributes: Attributes) => string | undefined {
  const bounded = Object.entries(values).map(([key, limit]) => ({ key, limit, known: new Set<unknown>() }))
  return (attributes) => {
    const full = bounded.find(({ key, limit, known }) => known.size >= limit && !known.has(attributes[key]))
    if (full === undefined) for (const { key, known } of bounded) known.add(attributes[key])
    return full?.key
  }
}

function admitSeries(limit: number): (attributes: Attributes) => boolean {
  const admitted = new Set<string>()
  return (attributes) => {
    const key = keyOf(attributes)
    if (admitted.has(key)) return true
    if (admitted.size >= limit) return false
    admitted.add(key)
    return true
  }
}

/** The attribute set that the specification reserves for measurements beyond the limit. */
const overflow: Attributes = Object.freeze({ 'otel.metric.overflow': true })

function keyOf(attributes: Attributes): string {
  const keys = Object.keys(attributes)
  if (keys.length > 1) keys.sort()
  return JSON.stringify(keys.map((key) => [key, attributes[key]]))
}
