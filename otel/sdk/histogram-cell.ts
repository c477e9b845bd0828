import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { canBeInSpan } from './spans.ts'
import type { Accumulation } from './storages.ts'

/**
 * Records into the SDK's histogram as it would itself, at half the price. An accumulation of unknown shape, or of
 * another kind, is given back as it is; so is one whose recording somebody has replaced, to keep exemplars.
 *
 * @param exemplarsInSpansOnly says that such a recording does nothing of its own outside of a span.
 */
export function quickened(
  accumulation: Accumulation | undefined,
  exemplarsInSpansOnly: boolean,
): Accumulation | undefined {
  if (accumulation === undefined || !isHistogram(accumulation)) return accumulation
  // The SDK's accumulations have the `record` of their class; those that keep exemplars have one in between.
  const isReplaced =
    Object.hasOwn(accumulation, 'record') ||
    !Object.hasOwn(Object.getPrototypeOf(accumulation), 'constructor')
  if (isReplaced && !exemplarsInSpansOnly) return accumulation
  const cell = new HistogramCell(accumulation)
  return isReplaced ? new SpanAwareCell(cell, accumulation) : cell
}

/** Tells whether an accumulation is one that has been quickened. */
export function isCell(accumulation: Accumulation | undefined): boolean {
  return accumulation instanceof HistogramCell || accumulation instanceof SpanAwareCell
}

function isHistogram(accumulation: Accumulation): accumulation is HistogramAccumulation {
  const {
    _current: current,
    _boundaries: boundaries,
    _recordMinMax: minMax,
  } = accumulation as Partial<Fields>
  return (
    Array.isArray(boundaries) &&
    typeof minMax === 'boolean' &&
    current?.buckets?.counts?.length === boundaries.length + 1 &&
    typeof current.sum === 'number' &&
    typeof current.count === 'number' &&
    typeof current.hasMinMax === 'boolean'
  )
}

type HistogramAccumulation = Accumulation & Fields

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

  constructor({ _current, _boundaries, _recordMinMax }: Fields) {
    this.#current = _current
    this.#boundaries = _boundaries
    this.#counts = _current.buckets.counts
    this.#minMax = _recordMinMax
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

/** Leaves measurements inside of a span to the recording that keeps exemplars. */
class SpanAwareCell implements Accumulation {
  readonly #cell: HistogramCell
  readonly #accumulation: Accumulation

  constructor(cell: HistogramCell, accumulation: Accumulation) {
    this.#cell = cell
    this.#accumulation = accumulation
  }

  record(value: number): void {
    if (!canBeInSpan() || context.active() === ROOT_CONTEXT) this.#cell.record(value)
    else this.#accumulation.record(value)
  }
}
