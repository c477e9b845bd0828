import type { ExponentialHistogram } from '@opentelemetry/sdk-metrics'

/** The buckets of one sign in the sparse layout of native histograms. */
export interface SparseBuckets {
  /** Runs of buckets that are not empty: the gap before each, and its length. */
  readonly spans: readonly { readonly offset: number; readonly length: number }[]
  /** Difference of each count to the one before. */
  readonly deltas: readonly number[]
}

export interface NativeHistogram {
  readonly schema: number
  readonly zeroThreshold: number
  readonly positive: SparseBuckets
  readonly negative: SparseBuckets
}

/** Prometheus knows the resolutions from −4 to 8. */
const lowestSchema = -4
const highestSchema = 8

/**
 * Turns an exponential histogram into a native one, at a resolution that Prometheus knows: a finer one is
 * made coarser; `undefined` for one that is too coarse.
 */
export function nativeHistogram({
  scale,
  positive,
  negative,
}: ExponentialHistogram): NativeHistogram | undefined {
  if (scale < lowestSchema) return undefined
  const schema = Math.min(scale, highestSchema)
  return {
    schema,
    // The SDK has no threshold of its own; this is the one that the specification gives it then.
    zeroThreshold: 1e-128,
    positive: sparse(positive, scale - schema),
    negative: sparse(negative, scale - schema),
  }
}

function sparse({ offset, bucketCounts }: ExponentialHistogram['positive'], shift: number): SparseBuckets {
  const counts = new Map<number, number>()
  for (const [i, count] of bucketCounts.entries()) {
    if (count === 0) continue
    // Prometheus calls a bucket by its upper bound, OpenTelemetry by its lower one.
    const index = Math.floor((offset + i) / 2 ** shift) + 1
    counts.set(index, (counts.get(index) ?? 0) + count)
  }
  const spans: { offset: number; length: number }[] = []
  const deltas: number[] = []
  let end = 0
  let before = 0
  for (const [index, count] of counts) {
    const last = spans.at(-1)
    if (last !== undefined && index === end) last.length++
    else spans.push({ offset: index - end, length: 1 })
    deltas.push(count - before)
    before = count
    end = index + 1
  }
  return { spans, deltas }
}
