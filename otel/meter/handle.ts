import type { BoundSeries } from '../sdk/bound-series.ts'
import type { Sampler } from './sampler.ts'

export interface HandleOptions {
  readonly sampler: Sampler | undefined
  readonly lowest: number
  /** Called for a finite value below the lowest. */
  readonly onLow: (value: number) => void
  /** Called for a value that is not a finite number. */
  readonly onNotFinite: () => void
}

/** Adds to one series of a counter. There may be many: what they share is in one object. */
export class BoundAdder {
  readonly #series: BoundSeries
  readonly #options: HandleOptions

  constructor(series: BoundSeries, options: HandleOptions) {
    this.#series = series
    this.#options = options
  }

  add(value: number): void {
    if (isAllowed(value, this.#options)) this.#series.record(value)
  }

  bind(): this {
    return this
  }
}

/** Records into one series of a histogram or a gauge. */
export class BoundRecorder {
  readonly #series: BoundSeries
  readonly #options: HandleOptions

  constructor(series: BoundSeries, options: HandleOptions) {
    this.#series = series
    this.#options = options
  }

  record(value: number): void {
    if (!isAllowed(value, this.#options)) return
    const { sampler } = this.#options
    if (sampler === undefined) this.#series.record(value)
    else for (let times = sampler(); times > 0; times--) this.#series.record(value)
  }

  bind(): this {
    return this
  }
}

function isAllowed(value: number, { lowest, onLow, onNotFinite }: HandleOptions): boolean {
  if (typeof value === 'number' && value >= lowest && value <= Number.MAX_VALUE) return true
  if (Number.isFinite(value)) onLow(value)
  else onNotFinite()
  return false
}

export const noAdder = { add: (): void => {}, bind: () => noAdder }

export const noRecorder = { record: (): void => {}, bind: () => noRecorder }
