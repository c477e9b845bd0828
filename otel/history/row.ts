/** Attributes as they are kept: those that are not text are written as JSON. */
export type Attributes = Readonly<Record<string, string>>

/** A metric as it was collected; it is the same one as long as all of this is. */
export interface KeptMetric {
  readonly id: number
  /** The meter that it comes from. */
  readonly scope: string
  /** OpenTelemetry name of the stream. */
  readonly name: string
  readonly kind: 'counter' | 'upDownCounter' | 'gauge' | 'histogram'
  readonly unit: string
}

export interface KeptSeries {
  readonly id: number
  readonly metric: KeptMetric
  readonly attributes: Attributes
}

/** Buckets of one sign, by the numbers that OpenTelemetry gives them: bucket i begins at base^i. */
export interface BucketRange {
  readonly offset: number
  readonly length: number
}

/**
 * What the columns of a series are. Minimum and maximum are those of the interval that ends with the row, and NaN where
 * there was none; all other numbers of a histogram count from its beginning.
 */
export type Layout =
  /** value */
  | { readonly type: 'number' }
  /** value, minimum, maximum */
  | { readonly type: 'gauge' }
  /** count, sum, minimum, maximum, and what is in each bucket; the last one has no upper bound */
  | { readonly type: 'explicit'; readonly bounds: readonly number[] }
  /** count, sum, minimum, maximum, zeroes, positive buckets, negative buckets */
  | {
      readonly type: 'exponential'
      readonly scale: number
      readonly positive: BucketRange
      readonly negative: BucketRange
    }

/** Where the numbers of each series stand in a row. Rows share one as long as it stays the same. */
export interface Shape {
  readonly parts: readonly ShapePart[]
  /** Numbers in a row. */
  readonly width: number
}

export interface ShapePart {
  readonly series: KeptSeries
  readonly layout: Layout
  /** Where its numbers begin. */
  readonly at: number
}

/** One collection: every series that was there, at one time. */
export interface Row {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly shape: Shape
  readonly values: Float64Array
}

/** Columns before the buckets. */
export const histogramColumns = { count: 0, sum: 1, min: 2, max: 3, buckets: 4 } as const

export function widthOf(layout: Layout): number {
  switch (layout.type) {
    case 'number':
      return 1
    case 'gauge':
      return 3
    case 'explicit':
      return histogramColumns.buckets + layout.bounds.length + 1
    case 'exponential':
      return histogramColumns.buckets + 1 + layout.positive.length + layout.negative.length
  }
}

/** Columns of minimum and maximum; undefined for a layout without them. */
export function extremesOf({ type }: Layout): { readonly min: number; readonly max: number } | undefined {
  if (type === 'number') return undefined
  return type === 'gauge' ? { min: 1, max: 2 } : histogramColumns
}

export function isSameLayout(one: Layout, other: Layout): boolean {
  if (one === other) return true
  if (one.type === 'explicit' && other.type === 'explicit') {
    const { bounds } = other
    return one.bounds.length === bounds.length && one.bounds.every((bound, i) => bound === bounds[i])
  }
  if (one.type === 'exponential' && other.type === 'exponential') {
    return (
      one.scale === other.scale &&
      isSameRange(one.positive, other.positive) &&
      isSameRange(one.negative, other.negative)
    )
  }
  return one.type === other.type
}

function isSameRange(one: BucketRange, other: BucketRange): boolean {
  return one.offset === other.offset && one.length === other.length
}
