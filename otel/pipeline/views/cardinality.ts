import type { Attributes } from '@opentelemetry/api'
import { overflow } from '../../sdk/overflow.ts'

/** Bounds on the series of one metric stream, for the life of the process. */
export interface SeriesLimits {
  /** Series, the overflow series among them. @default no bound beyond that of the values */
  readonly series?: number | undefined
  /** How many values of an attribute are told apart. */
  readonly values?: Readonly<Record<string, number>> | undefined
}

/** The limit that a measurement met which went to the overflow series. */
export interface MetLimit {
  /** The attribute that would have too many values; undefined where there would be too many series. */
  readonly attribute: string | undefined
  readonly limit: number
}

/** Says which series a measurement belongs to. */
export interface SeriesLimiter {
  readonly process: (attributes: Attributes) => Attributes
  /** The same, without a word about one that belongs to the overflow: for those who ask before they measure. */
  readonly admit: (attributes: Attributes) => Attributes
}

/**
 * Admits series until a limit is reached, and then no new ones until the process ends. The SDK's own limit begins
 * anew with each collection, so that series add up without bound under cumulative temporality.
 *
 * @param onOverflow called for each measurement that goes to the overflow series.
 */
export function limitSeries(
  { series, values = {} }: SeriesLimits,
  onOverflow: (met: MetLimit) => void,
): SeriesLimiter {
  const byValue = admitValues(values)
  const bySeries = series === undefined ? () => undefined : admitSeries(series)
  const met = (attributes: Attributes) => byValue(attributes) ?? bySeries(attributes)
  return {
    process: (attributes) => {
      const limit = met(attributes)
      if (limit === undefined) return attributes
      onOverflow(limit)
      return overflow
    },
    admit: (attributes) => (met(attributes) === undefined ? attributes : overflow),
  }
}

type Admit = (attributes: Attributes) => MetLimit | undefined

/** Admits the values of all attributes, unless one of these would have one too many. */
function admitValues(values: Readonly<Record<string, number>>): Admit {
  const bounded = Object.entries(values).map(([attribute, limit]) => ({
    met: { attribute, limit },
    known: new Set<unknown>(),
  }))
  return (attributes) => {
    const full = bounded.find(
      ({ met: { attribute, limit }, known }) => known.size >= limit && !known.has(attributes[attribute]),
    )
    if (full === undefined) for (const { met, known } of bounded) known.add(attributes[met.attribute])
    return full?.met
  }
}

function admitSeries(limit: number): Admit {
  const met = { attribute: undefined, limit }
  const admitted = new Set<string>()
  return (attributes) => {
    const key = keyOf(attributes)
    if (admitted.has(key)) return undefined
    if (admitted.size >= limit - 1) return met
    admitted.add(key)
    return undefined
  }
}

function keyOf(attributes: Attributes): string {
  const keys = Object.keys(attributes)
  if (keys.length > 1) keys.sort()
  return JSON.stringify(keys.map((key) => [key, attributes[key]]))
}
