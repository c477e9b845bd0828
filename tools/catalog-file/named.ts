import type { MetricDefinition, Recording } from '@tidegauge/otel/catalog'
import { prometheusName, splitSeries } from '@tidegauge/otel/naming'
import { nearest } from '@tidegauge/otel/nearest'

/** What queries name: a metric or a recording. */
export type Named = MetricDefinition | Recording

/** What is wrong with a name, and how to fix it. */
export interface NameFault {
  readonly problem: string
  /** Asked only for the fault that is told: to look for the name that was meant takes time. */
  readonly mend: () => string
}

/** The metrics and recordings of a catalog by the names that Prometheus knows. */
export class Names {
  readonly #byName = new Map<string, Named>()

  /** @returns what is wrong when there is one of the name already. */
  add(named: Named): NameFault | undefined {
    const name = 'record' in named ? named.record : prometheusName(named)
    if (this.#byName.has(name))
      return {
        problem: `declares ${name} a second time`,
        mend: () => 'keep one, or give it a name of its own',
      }
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

  /** What is wrong with a name that there is not. */
  unknown(name: string): NameFault {
    return {
      problem: `names ${name}, which the catalog does not have`,
      mend: () => {
        const near = nearest(name, this.#byName.keys())
        return near === undefined ? 'declare it, or name another' : `did you mean ${near}?`
      },
    }
  }
}
