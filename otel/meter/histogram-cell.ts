import type { Accumulation } from './sdk-internals.ts'

/**
 * Records into the SDK's histogram as it would itself, at half the price. An accumulation of unknown shape, or of
 * another kind, is given back as it is.
 */
export function quickened(accumulation: Accumulation | undefined): Accumulation | undefined {
  const {
    _current: current,
    _boundaries: boundaries,
    _recordMinMax: minMax,
  } = (accumulation ?? {}) as Partial<Fields>
  const { counts } = current?.buckets ?? {}
  const isKnown =
    current !== undefined &&
    Array.isArray(boundaries) &&
    counts?.length === boundaries.length + 1 &&
    typeof current.sum === 'number' &&
    typeof current.count === 'number' &&
    typeof current.hasMinMax === 'boolean'
  return isKnown && counts !== undefined
    ? new HistogramCell(current, boundaries, counts, minMax === true)
    : accumulation
}

interface Fields {
  readonly _current: Current
  readonly _boundaries: readonly number[]
  readonly _recordMinMax: boolean
}

interface Current {
  readonly buckets: { readonly counts: number[] }
  sum: number
  count: number
  hasMinMax: boolean
  min: number
  max: number
}

class HistogramCell implements Accumulation {
  readonly #current: Current
  readonly #boundaries: readonly number[]
  readonly #counts: number[]
  readonly #minMax: boolean

  constructor(current: Current, boundaries: readonly number[], counts: number[], minMax: boolean) {
    this.#current = current
    this.#boundaries = boundaries
    this.#counts = counts
    this.#minMax = minMax
  }

  record(value: number): void {
    if (Number.isNaN(value)) return
    const current = this.#current
    current.count += 1
    current.sum += value
    if (this.#minMax) {
      current.min = Math.min(value, current.min)
      current.max = Math.max(value, current.max)
      current.hasMinMax = true
    }
    // The first bucket whose upper bound is not below the value.
    const boundaries = this.#boundaries
    let low = 0
    let high = boundaries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((boundaries[middle] as number) < value) low = middle + 1
      else high = middle
    }
    this.#counts[low] = (this.#counts[low] as number) + 1
  }
}
