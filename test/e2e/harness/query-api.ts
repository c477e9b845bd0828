import { getJson } from './network.ts'

export interface Series {
  readonly metric: Readonly<Record<string, string>>
  readonly value: number
}

/** Anything that answers Prometheus queries. */
export class QueryApi {
  readonly url: string

  constructor(url: string) {
    this.url = url
  }

  async query(promql: string): Promise<Series[]> {
    const { data } = await getJson<Answer>(`${this.url}/api/v1/query?query=${encodeURIComponent(promql)}`)
    return data.result.map(({ metric, value }) => ({ metric, value: Number(value?.[1]) }))
  }

  /** The value of a query that gives one series. `undefined` when it gives none. */
  async number(promql: string): Promise<number | undefined> {
    const series = await this.query(promql)
    if (series.length > 1) throw new Error(`${promql} gives ${series.length} series`)
    return series[0]?.value
  }

  /** What a query gives from one time to another, in seconds, at each step. */
  async range(promql: string, times: { from: number; to: number; step: number }): Promise<Samples[]> {
    const { from, to, step } = times
    const { data } = await getJson<Answer>(
      `${this.url}/api/v1/query_range?query=${encodeURIComponent(promql)}&start=${from}&end=${to}&step=${step}`,
    )
    return data.result.map(({ metric, values = [] }) => ({
      metric,
      samples: values.map(([time, value]) => ({ time, value: toNumber(value) })),
    }))
  }

  /** The values of a query by the value of one label. */
  async byLabel(promql: string, label: string): Promise<Record<string, number>> {
    const series = await this.query(promql)
    return Object.fromEntries(series.map(({ metric, value }) => [metric[label] ?? '', value]))
  }

  /** Every series that a selector gives, with its last sample as exact as Prometheus tells it. */
  async exactly(selector: string): Promise<ExactSeries[]> {
    const { data } = await getJson<Answer>(`${this.url}/api/v1/query?query=${encodeURIComponent(selector)}`)
    return data.result.map(({ metric, value, histogram }) => ({
      labels: metric,
      value: histogram ? toHistogram(histogram[1]) : toNumber(value?.[1] ?? ''),
    }))
  }

  /** When each series that a selector gives has its first sample in the last ten minutes, in seconds, and which. */
  async beginnings(selector: string): Promise<(ExactSeries & { readonly time: number })[]> {
    const query = encodeURIComponent(`${selector}[10m]`)
    const { data } = await getJson<Answer>(`${this.url}/api/v1/query?query=${query}`)
    return data.result.map(({ metric, values, histograms }) => {
      const [time, value] = values?.[0] ?? [0, '']
      const [histogramTime, histogram] = histograms?.[0] ?? []
      return histogramTime !== undefined && histogram !== undefined && (time === 0 || histogramTime < time)
        ? { labels: metric, time: histogramTime, value: toHistogram(histogram) }
        : { labels: metric, time, value: toNumber(value) }
    })
  }

  /** The exemplars of the last ten minutes. */
  async exemplars(selector: string): Promise<ExactExemplar[]> {
    const now = Date.now() / 1000
    const query = `query=${encodeURIComponent(selector)}&start=${now - 600}&end=${now + 600}`
    const { data } = await getJson<{ data: readonly ExemplarSeries[] }>(
      `${this.url}/api/v1/query_exemplars?${query}`,
    )
    return data.flatMap(({ seriesLabels, exemplars }) =>
      exemplars.map(({ labels, value, timestamp }) => ({
        series: seriesLabels,
        labels,
        value: toNumber(value),
        time: timestamp,
      })),
    )
  }

  /** Every sample between two times in seconds, one list for each series. */
  async samples(selector: string, from: number, to: number): Promise<Samples[]> {
    const query = encodeURIComponent(`${selector}[${Math.ceil(to - from)}s]`)
    const { data } = await getJson<Answer>(`${this.url}/api/v1/query?query=${query}&time=${to}`)
    return data.result.map(({ metric, values = [] }) => ({
      metric,
      samples: values.map(([time, value]) => ({ time, value: Number(value) })),
    }))
  }
}

export interface Samples {
  readonly metric: Readonly<Record<string, string>>
  readonly samples: readonly { readonly time: number; readonly value: number }[]
}

export interface ExactSeries {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number | ExactHistogram
}

/** A native histogram, with the buckets that are not empty. */
export interface ExactHistogram {
  readonly count: number
  readonly sum: number
  readonly buckets: readonly { readonly from: number; readonly to: number; readonly count: number }[]
}

export interface ExactExemplar {
  readonly series: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  /** In seconds. */
  readonly time: number
}

interface ExemplarSeries {
  readonly seriesLabels: Record<string, string>
  readonly exemplars: readonly { labels: Record<string, string>; value: string; timestamp: number }[]
}

interface HistogramAnswer {
  readonly count: string
  readonly sum: string
  /** The first number tells which of the bounds belong to the bucket. */
  readonly buckets?: readonly (readonly [rule: number, from: string, to: string, count: string])[]
}

function toNumber(text: string): number {
  return Number(text.replace('Inf', 'Infinity'))
}

function toHistogram({ count, sum, buckets = [] }: HistogramAnswer): ExactHistogram {
  return {
    count: toNumber(count),
    sum: toNumber(sum),
    buckets: buckets.map(([, from, to, inside]) => ({
      from: toNumber(from),
      to: toNumber(to),
      count: toNumber(inside),
    })),
  }
}

interface Answer {
  readonly data: {
    readonly result: readonly {
      readonly metric: Record<string, string>
      readonly value?: readonly [number, string]
      readonly values?: readonly (readonly [number, string])[]
      readonly histogram?: readonly [number, HistogramAnswer]
      readonly histograms?: readonly (readonly [number, HistogramAnswer])[]
    }[]
  }
}
