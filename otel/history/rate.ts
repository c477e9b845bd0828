/** Samples of one series, their times ascending, in ms. */
export interface Samples {
  readonly times: Float64Array
  readonly values: Float64Array
}

/** Which samples lie in a window: `from` is the first one, `to` comes after the last one. */
export interface Window {
  readonly from: number
  readonly to: number
  /** The window itself, the start excluded and the end included, in ms. */
  readonly startMs: number
  readonly endMs: number
}

/**
 * How much a counter has grown in a window, as Prometheus says it (`increase`): a value below the one before begins at 0
 * anew, and what happened before the first and after the last sample is taken to have been the same.
 *
 * @returns undefined with fewer than two samples.
 */
export function increase({ times, values }: Samples, window: Window): number | undefined {
  const { from, to } = window
  if (to - from < 2) return undefined
  const first = values[from] as number
  let grown = (values[to - 1] as number) - first
  for (let i = from + 1; i < to; i++) {
    const before = values[i - 1] as number
    if ((values[i] as number) < before) grown += before
  }
  return grown * extrapolation(times, window, { first, grown })
}

/** From what was seen between the first and the last sample to the whole window (`extrapolatedRate` of Prometheus). */
export function extrapolation(
  times: Float64Array,
  { from, to, startMs, endMs }: Window,
  { first, grown }: { readonly first: number; readonly grown: number },
): number {
  const firstMs = times[from] as number
  const lastMs = times[to - 1] as number
  const sampled = (lastMs - firstMs) / 1000
  const average = sampled / (to - from - 1)
  const threshold = average * 1.1
  let toStart = (firstMs - startMs) / 1000
  let toEnd = (endMs - lastMs) / 1000
  if (toStart >= threshold) toStart = average / 2
  // A counter was never below 0.
  if (grown > 0 && first >= 0) toStart = Math.min(toStart, sampled * (first / grown))
  if (toEnd >= threshold) toEnd = average / 2
  return (sampled + toStart + toEnd) / sampled
}

/** Moves the ends of a window over the samples; windows must come in ascending order. */
export class Windows {
  readonly #times: Float64Array
  #from = 0
  #to = 0

  constructor(times: Float64Array) {
    this.#times = times
  }

  next(startMs: number, endMs: number): Window {
    const times = this.#times
    while (this.#from < times.length && (times[this.#from] as number) <= startMs) this.#from++
    while (this.#to < times.length && (times[this.#to] as number) <= endMs) this.#to++
    return { from: this.#from, to: Math.max(this.#from, this.#to), startMs, endMs }
  }
}
