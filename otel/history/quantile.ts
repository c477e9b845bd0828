import type { Exponential } from './exponential.ts'

/** How many observations are at most as large as a bound; the last bound is infinite. */
export interface UpTo {
  readonly bound: number
  readonly count: number
}

/**
 * The value below which a share of observations lies, as `histogram_quantile` of Prometheus says it of classic
 * histograms: within a bucket they are taken to be spread evenly.
 *
 * @param share from 0 to 1
 * @param buckets by ascending bounds
 * @returns NaN where nothing was observed.
 */
export function classicQuantile(share: number, buckets: readonly UpTo[]): number {
  if (Number.isNaN(share)) return Number.NaN
  if (share < 0) return -Infinity
  if (share > 1) return Infinity
  const upTo = rising(buckets)
  const last = upTo.at(-1)
  if (last?.bound !== Infinity || upTo.length < 2 || last.count === 0) return Number.NaN
  const rank = share * last.count
  const index = upTo.slice(0, -1).findIndex(({ count }) => count >= rank)
  if (index === -1) return upTo.at(-2)?.bound as number
  const { bound, count } = upTo[index] as UpTo
  const before = upTo[index - 1]
  if (before === undefined) return bound <= 0 ? bound : bound * (rank / count)
  return before.bound + (bound - before.bound) * ((rank - before.count) / (count - before.count))
}

/** Differences of counts that are no larger than this share of them come from rounding. */
const smallDelta = 1e-12

/** Counts that fall, be it by rounding or since buckets were not scraped at one time, are set to the one before. */
function rising(buckets: readonly UpTo[]): UpTo[] {
  let before = 0
  return buckets.map(({ bound, count }, i) => {
    const isSame = Math.abs(count - before) <= smallDelta * Math.abs(count + before)
    if (i > 0 && (isSame || count < before)) return { bound, count: before }
    before = count
    return { bound, count }
  })
}

/**
 * The same of exponential histograms: within a bucket observations are taken to be spread evenly over the logarithm,
 * near zero evenly.
 */
export function exponentialQuantile(share: number, histogram: Exponential): number {
  if (share < 0) return -Infinity
  if (share > 1) return Infinity
  if (!(histogram.count > 0) || Number.isNaN(share)) return Number.NaN
  const buckets = bucketsOf(histogram)
  const isForward = Number.isNaN(histogram.sum) || share < 0.5
  if (!isForward) buckets.reverse()
  const rank = (isForward ? share : 1 - share) * histogram.count
  let seen = 0
  let found: Bucket | undefined
  for (const bucket of buckets) {
    found = bucket
    seen += bucket.count
    if (seen >= rank) break
  }
  if (found === undefined) return Number.NaN
  seen = Math.min(seen, histogram.count)
  if (seen < rank) return Number.isNaN(histogram.sum) ? Number.NaN : found.upper
  const within = isForward ? rank - (seen - found.count) : seen - rank
  return interpolated(found, within / found.count)
}

interface Bucket {
  readonly lower: number
  readonly upper: number
  readonly count: number
}

/** Buckets with something in them, by ascending bounds. */
function bucketsOf({ scale, zeroes, positive, negative }: Exponential): Bucket[] {
  const bound = (index: number) => 2 ** (index * 2 ** -scale)
  const sized = ({ offset, counts }: Exponential['positive']) =>
    [...counts].map((count, i) => ({ lower: bound(offset + i), upper: bound(offset + i + 1), count }))
  const above = sized(positive).filter(({ count }) => count !== 0)
  const below = sized(negative)
    .filter(({ count }) => count !== 0)
    .map(({ lower, upper, count }) => ({ lower: -upper, upper: -lower, count }))
  const zero = {
    lower: below.length === 0 && above.length > 0 ? 0 : -zeroThreshold,
    upper: above.length === 0 && below.length > 0 ? 0 : zeroThreshold,
    count: zeroes,
  }
  return [...below.reverse(), ...(zeroes === 0 ? [] : [zero]), ...above]
}

/** What the specification gives histograms that do not say up to where values count as zero. */
const zeroThreshold = 1e-128

function interpolated({ lower, upper }: Bucket, fraction: number): number {
  if (lower <= 0 && upper >= 0) return lower + (upper - lower) * fraction
  const [from, to] = [Math.log2(Math.abs(lower)), Math.log2(Math.abs(upper))]
  return lower > 0 ? 2 ** (from + (to - from) * fraction) : -(2 ** (to + (from - to) * (1 - fraction)))
}
