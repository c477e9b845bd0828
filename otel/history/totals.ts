import type { ExponentialHistogram, Histogram } from '@opentelemetry/sdk-metrics'
import { added, atScale, type Buckets, type Exponential } from './exponential.ts'
import type { Layout } from './row.ts'
import { greatest, least } from './runs.ts'

/** A histogram that adds up what comes in intervals. */
export interface Accumulated<Value = Histogram | ExponentialHistogram> {
  /** The same object as long as it is the same layout. */
  readonly layout: Layout
  /** Whether it is of the same sort: a new one begins otherwise. */
  fits(value: Histogram | ExponentialHistogram): boolean
  add(value: Value): void
  /** The numbers of its layout; the interval of minimum and maximum begins anew. */
  numbers(): ArrayLike<number>
}

/** A histogram with the bounds of `first`, without anything in it. */
export function explicitTotal(first: Histogram): Accumulated<Histogram> {
  const { boundaries } = first.buckets
  const counts = new Float64Array(boundaries.length + 1)
  const interval = new Interval()
  let count = 0
  let sum = 0
  return {
    layout: { type: 'explicit', bounds: boundaries },
    fits: (value) => 'buckets' in value && isSame(value.buckets.boundaries, boundaries),
    add(value) {
      count += value.count
      sum += value.sum ?? 0
      interval.widen(value)
      for (const [i, more] of value.buckets.counts.entries()) counts[i] = (counts[i] as number) + more
    },
    numbers: () => [count, sum, ...interval.end(), ...counts],
  }
}

/** An exponential histogram without anything in it; its resolution is that of what comes, and sinks as that widens. */
export function exponentialTotal(): Accumulated<ExponentialHistogram> {
  const interval = new Interval()
  let total: Exponential | undefined
  let layout: Extract<Layout, { type: 'exponential' }> | undefined
  return {
    get layout() {
      const { scale, positive, negative } = total as Exponential
      const isKnown =
        layout?.scale === scale && isRange(layout.positive, positive) && isRange(layout.negative, negative)
      if (!isKnown)
        layout = { type: 'exponential', scale, positive: rangeOf(positive), negative: rangeOf(negative) }
      return layout as Layout
    },
    fits: (value) => 'scale' in value,
    add(value) {
      const more = readExponential(value)
      total = small(total === undefined ? more : added(total, more))
      interval.widen(value)
    },
    numbers() {
      const { count, sum, zeroes, positive, negative } = total as Exponential
      return [count, sum, ...interval.end(), zeroes, ...positive.counts, ...negative.counts]
    },
  }
}

/** As fine as Prometheus knows it: factors of 2^(1/256) from bucket to bucket. */
const finestScale = 8

/** As the SDK has it. */
const mostBuckets = 160

function readExponential({
  scale,
  count,
  sum = 0,
  zeroCount,
  positive,
  negative,
}: ExponentialHistogram): Exponential {
  const [above, below] = [trimmed(positive), trimmed(negative)]
  // Zeroes alone say nothing of a resolution; the SDK gives them a coarse one.
  const isOfZeroes = above.counts.length + below.counts.length === 0
  const histogram = {
    scale: isOfZeroes ? finestScale : scale,
    count,
    sum,
    zeroes: zeroCount,
    positive: above,
    negative: below,
  }
  return scale > finestScale ? atScale(histogram, finestScale) : histogram
}

/** Without empty buckets at the ends. */
function trimmed({ offset, bucketCounts }: ExponentialHistogram['positive']): Buckets {
  const first = bucketCounts.findIndex((count) => count !== 0)
  if (first === -1) return { offset: 0, counts: new Float64Array() }
  const last = bucketCounts.findLastIndex((count) => count !== 0)
  return { offset: offset + first, counts: Float64Array.from(bucketCounts.slice(first, last + 1)) }
}

function small(histogram: Exponential): Exponential {
  let result = histogram
  while (Math.max(result.positive.counts.length, result.negative.counts.length) > mostBuckets)
    result = atScale(result, result.scale - 1)
  return result
}

/** Minimum and maximum of an interval, which ends when they are asked for. */
class Interval {
  #min = Number.NaN
  #max = Number.NaN

  widen({ min = Number.NaN, max = Number.NaN }: { readonly min?: number; readonly max?: number }): void {
    this.#min = least(this.#min, min)
    this.#max = greatest(this.#max, max)
  }

  end(): readonly [min: number, max: number] {
    const ended = [this.#min, this.#max] as const
    this.#min = Number.NaN
    this.#max = Number.NaN
    return ended
  }
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  return one === other || (one.length === other.length && one.every((bound, i) => bound === other[i]))
}

function isRange(range: { offset: number; length: number }, { offset, counts }: Buckets): boolean {
  return range.offset === offset && range.length === counts.length
}

function rangeOf({ offset, counts }: Buckets): { offset: number; length: number } {
  return { offset, length: counts.length }
}
