import type { MetricDefinition, Recording } from '@tidegauge/otel/catalog'
import { prometheusName, splitSeries } from '@tidegauge/otel/naming'
import { nearest } from '../files/nearest.ts'

/** What queries name: a metric or a recording. */
export type Named = MetricDefinition | Recording

/** The metrics and recordings of a catalog by the names that Prometheus knows. */
export class Names {
  readonly #byName = new Map<string, Named>()

  /** @returns what is wrong when there is one of the name already. */
  add(named: Named): string | undefined {
    const name = 'record' in named ? named.record : prometheusName(named)
    if (this.#byName.has(name)) return `${name} is declared twice; keep one, or give them names of their own`
    this.#byName.set(name, named)
    return undefined
  }

  get(name: string): Named | undefined {
    return this.#byName.get(name)
  }

  /** The one that a series belongs to, and its name in Prometheus: `x_bucket` belongs to the histogram `x`. */
  ofSeries(series: string): { readonly named: Named; readonly name: string } | undefined {
    const named = this.#byName.get(series)
    if (named !== undefined) return { named, name: series }
    const { metric: name, part } = splitSeries(series)
    const histogram = this.#byName.get(name)
    if (histogram === undefined || !('instrument' in histogram) || part === 'created') return undefined
    return histogram.instrument === 'histogram' ? { named: histogram, name } : undefined
  }

  /** Names that are like one that there is not, in words: ` (did you mean x?)`. */
  hint(name: string): string {
    const near = nearest(name, this.#byName.keys())
    return near === undefined ? '' : ` (did you mean ${near}?)`
  }
}
