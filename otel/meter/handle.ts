import type { BoundSeries } from './bound-series.ts'
import type { Sampler } from './sampler.ts'

export interface HandleOptions {
  readonly sampler: Sampler | undefined
  readonly lowest: number
  /** Called for a finite value below the lowest. */
  readonly onLow: (value: number) => void
  /** Called for a value that is no finite number. */
  readonly onNotFinite: () => void
}

/** Adds to one series of a counter. */
export class BoundAdder {
  readonly #series: BoundSeries
  readonly #lowest: number
  readonly #onLow: HandleOptions['onLow']
  readonly #onNotFinite: HandleOptions['onNotFinite']

  constructor(series: BoundSeries, { lowest, onLow, onNotFinite }: HandleOptions) {
    this.#series = series
    this.#lowest = lowest
    this.#onLow = onLow
    this.#onNotFinite = onNotFinite
  }

  add(value: number): void {
    if (typeof value === 'number' && value >= this.#lowest && value <= Number.MAX_VALUE)
      this.#series.record(value)
    else if (Number.isFinite(value)) this.#onLow(value)
    else this.#onNotFinite()
  }

  bind(): this {
    return this
  }
}

/** Records into one series of a histogram or a gauge. */
export class BoundRecorder {
  readonly #series: BoundSeries
  readonly #lowest: number
  readonly #sampler: Sampler | undefined
  readonly #onLow: HandleOptions['onLow']
  readonly #onNotFinite: HandleOptions['onNotFinite']

  constructor(series: BoundSeries, { lowest, sampler, onLow, onNotFinite }: HandleOptions) {
    this.#series = series
    this.#lowest = lowest
    this.#sampler = sampler
    this.#onLow = onLow
    this.#onNotFinite = onNotFinite
  }

  record(value: number): void {
    if (typeof value === 'number' && value >= this.#lowest && value <= Number.MAX_VALUE) {
      if (this.#sampler === undefined) this.#series.record(value)
      else for (let times = this.#sampler(); times > 0; times--) this.#series.record(value)
    } else if (Number.isFinite(value)) this.#onLow(value)
    else this.#onNotFinite()
  }

  bind(): this {
    return this
  }
}

export const noAdder = { add: (): void => {}, bind: () => noAdder }

export const noRecorder = { record: (): void => {}, bind: () => noRecorder }
