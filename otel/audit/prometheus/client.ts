import { InputError } from '../../settings-file/input-error.ts'
import { httpText, shownUrl } from '../http-text.ts'
import type { InstantSeries, MetricType, Prometheus, RangeSeries, TimeRange } from '../planes.ts'
import { durationMs } from '../rules/duration.ts'
import { limitConcurrency } from './concurrency.ts'
import { PrometheusError } from './prometheus-error.ts'

export interface PrometheusOptions {
  /** Address of its HTTP API, without `/api/v1`; user and password in it become basic authentication. */
  readonly url: string
  /** Sent with each request, such as `authorization`. @default {} */
  readonly headers?: Readonly<Record<string, string>>
  /** @default 30_000 */
  readonly timeoutMs?: number
  /** Requests at the same time. @default 4 */
  readonly concurrency?: number
}

export interface ConnectedPrometheus extends Prometheus {
  /** The values that a label has in a range; those of `__name__` are the names of all series. */
  labelValues(label: string, range: Omit<TimeRange, 'stepMs'>): Promise<readonly string[]>
}

/**
 * Connects to the HTTP API of Prometheus, or of what speaks it (VictoriaMetrics, Mimir, Thanos).
 * https://prometheus.io/docs/prometheus/latest/querying/api/
 *
 * @throws {InputError} when it does not answer as one of these does.
 */
export async function connectPrometheus({
  url,
  headers = {},
  timeoutMs = 30_000,
  concurrency = 4,
}: PrometheusOptions): Promise<ConnectedPrometheus> {
  const limited = limitConcurrency(concurrency)
  const base = url.replace(/\/+$/, '')
  const ask = <Data>(path: string, parameters?: Record<string, string>): Promise<Data> =>
    limited(async () => {
      const asked = parameters && { method: 'POST' as const, body: new URLSearchParams(parameters) }
      const answer = await httpText(`${base}/api/v1/${path}`, { headers, timeoutMs, ...asked })
      return dataOf<Data>(`${shownUrl(base)}`, answer)
    })

  await ask('query', { query: '1' })
  return {
    url: shownUrl(base),
    scrapeIntervalMs: await scrapeInterval(ask),
    async query(expr, at) {
      const data = await ask<QueryData>('query', { query: expr, ...(at && { time: seconds(at) }) })
      return instantSeries(data)
    },
    async queryRange(expr, { from, to, stepMs }) {
      const range = { start: seconds(from), end: seconds(to), step: String(stepMs / 1000) }
      const { result } = await ask<{ result: RangeResult[] }>('query_range', { query: expr, ...range })
      return result.map(rangeSeries)
    },
    async series(selector, { from, to }) {
      const range = { start: seconds(from), end: seconds(to) }
      const found = await ask<Record<string, string>[]>('series', { 'match[]': selector, ...range })
      return found.map((labels) => new Map(Object.entries(labels)))
    },
    async labelValues(label, { from, to }) {
      const range = new URLSearchParams({ start: seconds(from), end: seconds(to) })
      return ask<string[]>(`label/${encodeURIComponent(label)}/values?${range}`)
    },
    async metadata() {
      const found = await ask<Record<string, MetadataEntry[]>>('metadata')
      return new Map(
        Object.entries(found).flatMap(([name, [entry]]) =>
          entry ? [[name, metadataOf(entry)] as const] : [],
        ),
      )
    },
  }
}

type Ask = <Data>(path: string, parameters?: Record<string, string>) => Promise<Data>

type QueryData =
  | {
      readonly resultType: 'vector'
      readonly result: readonly { metric: Record<string, string>; value?: Point }[]
    }
  | { readonly resultType: 'scalar' | 'string'; readonly result: Point }
  | { readonly resultType: 'matrix'; readonly result: readonly RangeResult[] }

type Point = readonly [seconds: number, value: string]

interface RangeResult {
  readonly metric: Readonly<Record<string, string>>
  /** Missing for series of native histograms. */
  readonly values?: readonly Point[]
}

interface MetadataEntry {
  readonly type: string
  readonly help: string
  readonly unit: string
}

function dataOf<Data>(url: string, { status, text }: { status: number; text: string }): Data {
  let answer: { status?: string; data?: Data; error?: string }
  try {
    answer = JSON.parse(text)
  } catch (cause) {
    const hint =
      status === 401 || status === 403 ? 'it asks for credentials' : `it answered ${status} without JSON`
    throw new InputError(
      `${url}: ${hint}; give the address of a Prometheus HTTP API, with user and password in the URL or --prometheus-header where it asks for them`,
      { cause },
    )
  }
  if (answer.status === 'success' && answer.data !== undefined) return answer.data
  if (answer.error === undefined)
    throw new InputError(
      `${url}: it answered ${status}, not as the HTTP API of Prometheus does; check the address`,
    )
  throw new PrometheusError(answer.error)
}

/** From its configuration; what has none, such as VictoriaMetrics, does not tell. */
async function scrapeInterval(ask: Ask): Promise<number | undefined> {
  try {
    const { yaml } = await ask<{ yaml: string }>('status/config')
    const found = /^global:\n(?:[ \t].*\n)*?[ \t]+scrape_interval: *(\S+)/m.exec(yaml)
    return found?.[1] === undefined ? undefined : durationMs(found[1])
  } catch (error) {
    if (error instanceof InputError || error instanceof PrometheusError) return undefined
    throw error
  }
}

function instantSeries(data: QueryData): InstantSeries[] {
  if (data.resultType === 'vector') {
    return data.result.map(({ metric, value }) => ({
      labels: new Map(Object.entries(metric)),
      // A native histogram has no single value.
      value: value === undefined ? Number.NaN : numberOf(value[1]),
    }))
  }
  if (data.resultType !== 'matrix') return [{ labels: new Map(), value: numberOf(data.result[1]) }]
  return data.result.map(({ metric, values = [] }) => ({
    labels: new Map(Object.entries(metric)),
    value: numberOf(values.at(-1)?.[1] ?? 'NaN'),
  }))
}

function rangeSeries({ metric, values = [] }: RangeResult): RangeSeries {
  return {
    labels: new Map(Object.entries(metric)),
    points: values.map(([time, value]) => [time * 1000, numberOf(value)] as const),
  }
}

function numberOf(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY
  return text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text)
}

const known: readonly string[] = ['counter', 'gauge', 'histogram', 'summary'] satisfies MetricType[]

function metadataOf({ type, help, unit }: MetadataEntry) {
  return { type: known.includes(type) ? (type as MetricType) : 'unknown', help, unit } as const
}

function seconds(time: Date): string {
  return String(time.getTime() / 1000)
}
