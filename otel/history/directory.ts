import type { Attributes, KeptMetric, KeptSeries } from './row.ts'

/** Every metric and series that is known, each with a number that stands for it in rows. */
export class Directory {
  readonly #metrics = new Map<string, KeptMetric>()
  readonly #series = new Map<string, KeptSeries>()
  readonly #byId = new Map<number, KeptSeries>()
  readonly #newMetrics: KeptMetric[] = []
  readonly #newSeries: KeptSeries[] = []
  #lastMetric = 0
  #lastSeries = 0

  /** The one metric that is all of this; a new one gets a number. */
  metric(description: Omit<KeptMetric, 'id'>): KeptMetric {
    const key = metricKey(description)
    const known = this.#metrics.get(key)
    if (known !== undefined) return known
    const { scope, name, kind, unit } = description
    const metric = { id: ++this.#lastMetric, scope, name, kind, unit }
    this.#metrics.set(key, metric)
    this.#newMetrics.push(metric)
    return metric
  }

  series(metric: KeptMetric, attributes: Attributes): KeptSeries {
    const key = seriesKey(metric, attributes)
    const known = this.#series.get(key)
    if (known !== undefined) return known
    const series = { id: ++this.#lastSeries, metric, attributes }
    this.#keep(key, series)
    this.#newSeries.push(series)
    return series
  }

  byId(id: number): KeptSeries | undefined {
    return this.#byId.get(id)
  }

  /** Metrics of a name: of more than one meter, or as it was declared at different times. */
  named(name: string): KeptMetric[] {
    return [...this.#metrics.values()].filter((metric) => metric.name === name)
  }

  names(): string[] {
    return [...new Set([...this.#metrics.values()].map(({ name }) => name))]
  }

  /** Takes in what was stored. */
  load(metrics: readonly KeptMetric[], series: readonly KeptSeries[]): void {
    for (const metric of metrics) {
      this.#metrics.set(metricKey(metric), metric)
      this.#lastMetric = Math.max(this.#lastMetric, metric.id)
    }
    for (const one of series) {
      this.#keep(seriesKey(one.metric, one.attributes), one)
      this.#lastSeries = Math.max(this.#lastSeries, one.id)
    }
  }

  /** What has come since the last `saved`. */
  get unsaved(): { readonly metrics: readonly KeptMetric[]; readonly series: readonly KeptSeries[] } {
    return { metrics: this.#newMetrics, series: this.#newSeries }
  }

  saved(): void {
    this.#newMetrics.length = 0
    this.#newSeries.length = 0
  }

  /** Forgets series of which nothing is kept. */
  forget(ids: readonly number[]): void {
    for (const id of ids) {
      const series = this.#byId.get(id)
      if (series === undefined) continue
      this.#byId.delete(id)
      this.#series.delete(seriesKey(series.metric, series.attributes))
    }
  }

  #keep(key: string, series: KeptSeries): void {
    this.#series.set(key, series)
    this.#byId.set(series.id, series)
  }
}

function metricKey({ scope, name, kind, unit }: Omit<KeptMetric, 'id'>): string {
  return JSON.stringify([scope, name, kind, unit])
}

function seriesKey({ id }: KeptMetric, attributes: Attributes): string {
  return JSON.stringify([id, Object.entries(attributes).sort(([one], [other]) => (one < other ? -1 : 1))])
}
