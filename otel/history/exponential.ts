import { extrapolation, type Window } from './rate.ts'
import { histogramColumns, type Layout } from './row.ts'

/** Counts of buckets that follow one another; bucket `offset + i` has `counts[i]`. */
export interface Buckets {
  readonly offset: number
  readonly counts: Float64Array
}

/** An exponential histogram; bucket i lies between base^i, excluded, and base^(i+1), and base is 2^(2^−scale). */
export interface Exponential {
  readonly scale: number
  readonly count: number
  readonly sum: number
  readonly zeroes: number
  readonly positive: Buckets
  readonly negative: Buckets
}

export type ExponentialLayout = Extract<Layout, { type: 'exponential' }>

/** One row of an exponential histogram. */
export function exponentialAt(
  { scale, positive, negative }: ExponentialLayout,
  columns: readonly Float64Array[],
  row: number,
): Exponential {
  const number = (column: number) => columns[column]?.[row] as number
  const { count, sum, buckets } = histogramColumns
  const range = (offset: number, length: number, first: number) => ({
    offset,
    counts: Float64Array.from({ length }, (_, i) => number(first + i)),
  })
  return {
    scale,
    count: number(count),
    sum: number(sum),
    zeroes: number(buckets),
    positive: range(positive.offset, positive.length, buckets + 1),
    negative: range(negative.offset, negative.length, buckets + 1 + positive.length),
  }
}

/** What one histogram and another have together, at the resolution of the coarser one. */
export function added(one: Exponential, other: Exponential, sign: 1 | -1 = 1): Exponential {
  const scale = Math.min(one.scale, other.scale)
  const [left, right] = [atScale(one, scale), atScale(other, scale)]
  return {
    scale,
    count: left.count + sign * right.count,
    sum: left.sum + sign * right.sum,
    zeroes: left.zeroes + sign * right.zeroes,
    positive: addedBuckets(left.positive, right.positive, sign),
    negative: addedBuckets(left.negative, right.negative, sign),
  }
}

/** The same at a coarser resolution. */
export function atScale(histogram: Exponential, scale: number): Exponential {
  const shift = histogram.scale - scale
  if (shift === 0) return histogram
  const { positive, negative } = histogram
  return { ...histogram, scale, positive: coarser(positive, shift), negative: coarser(negative, shift) }
}

/** What a histogram has grown by in a window, as Prometheus says it of native ones; undefined with fewer than two samples. */
export function exponentialIncrease(
  times: Float64Array,
  histograms: readonly Exponential[],
  window: Window,
): Exponential | undefined {
  const { from, to } = window
  if (to - from < 2) return undefined
  const first = histograms[from] as Exponential
  const last = histograms[to - 1] as Exponential
  // What was before a reset tells nothing about what comes after it, its resolution included.
  const second = histograms[from + 1] as Exponential
  let before = isReset(second, first) ? empty(second.scale) : first
  const scale = histograms
    .slice(from + 1, to)
    .reduce((least, one) => Math.min(least, one.scale), before.scale)
  let grown = added(atScale(last, scale), before, -1)
  for (let i = from + 1; i < to; i++) {
    const current = histograms[i] as Exponential
    if (isReset(current, before)) grown = added(grown, before)
    before = current
  }
  return multiplied(grown, extrapolation(times, window, { first: first.count, grown: grown.count }))
}

function multiplied(histogram: Exponential, factor: number): Exponential {
  const times = ({ offset, counts }: Buckets) => ({ offset, counts: counts.map((count) => count * factor) })
  return {
    scale: histogram.scale,
    count: histogram.count * factor,
    sum: histogram.sum * factor,
    zeroes: histogram.zeroes * factor,
    positive: times(histogram.positive),
    negative: times(histogram.negative),
  }
}

/** Whether a histogram cannot have come about by adding to the one before. */
export function isReset(current: Exponential, before: Exponential): boolean {
  if (current.count < before.count || current.scale > before.scale || current.zeroes < before.zeroes)
    return true
  const earlier = atScale(before, current.scale)
  return hasShrunk(current.positive, earlier.positive) || hasShrunk(current.negative, earlier.negative)
}

export function empty(scale: number): Exponential {
  const none = { offset: 0, counts: new Float64Array() }
  return { scale, count: 0, sum: 0, zeroes: 0, positive: none, negative: none }
}

function hasShrunk({ offset, counts }: Buckets, before: Buckets): boolean {
  return before.counts.some((count, i) => count > (counts[before.offset + i - offset] ?? 0))
}

function coarser({ offset, counts }: Buckets, shift: number): Buckets {
  if (counts.length === 0) return { offset: 0, counts }
  const factor = 2 ** shift
  const first = Math.floor(offset / factor)
  const merged = new Float64Array(Math.floor((offset + counts.length - 1) / factor) - first + 1)
  for (const [i, count] of counts.entries()) {
    const index = Math.floor((offset + i) / factor) - first
    merged[index] = (merged[index] as number) + count
  }
  return { offset: first, counts: merged }
}

function addedBuckets(one: Buckets, other: Buckets, sign: 1 | -1): Buckets {
  if (other.counts.length === 0) return one
  if (one.counts.length === 0 && sign === 1) return other
  const offset = one.counts.length === 0 ? other.offset : Math.min(one.offset, other.offset)
  const end = Math.max(one.offset + one.counts.length, other.offset + other.counts.length)
  const counts = new Float64Array(end - offset)
  counts.set(one.counts, one.counts.length === 0 ? 0 : one.offset - offset)
  for (const [i, count] of other.counts.entries()) {
    const index = other.offset + i - offset
    counts[index] = (counts[index] as number) + sign * count
  }
  return { offset, counts }
}
