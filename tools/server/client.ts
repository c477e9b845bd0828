import { UsageError } from '@tidegauge/otel/usage-error'
import { type HttpTextOptions, httpText, shownUrl } from '../files/http-text.ts'
import { durationMs } from '../rules/duration.ts'
import {
  instantSeries,
  labelSets,
  metadata,
  names,
  objectOf,
  rangeSeries,
  UnexpectedAnswer,
} from './answers.ts'
import { limitConcurrency } from './concurrency.ts'
import { PrometheusError } from './prometheus-error.ts'
import type { Prometheus, TimeRange } from './server.ts'

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
 * Connects to the HTTP API of Prometheus, or of what speaks it (VictoriaMetrics, Mimir, Thanos). One that stops
 * answering is given up after a few questions, so that hundreds of them do not wait in vain.
 * https://prometheus.io/docs/prometheus/latest/querying/api/
 *
 * @throws {UsageError} when it does not answer as one of these does.
 */
export async function connectPrometheus({
  url,
  headers = {},
  timeoutMs = 30_000,
  concurrency = 4,
}: PrometheusOptions): Promise<ConnectedPrometheus> {
  const limited = limitConcurrency(concurrency)
  const base = url.replace(/\/+$/, '')
  const shown = shownUrl(base).replace(/\/$/, '')
  let silences = 0
  const answerTo = async (path: string, request: HttpTextOptions) => {
    if (silences >= maxSilences)
      throw new UsageError(`${shown}: it has stopped answering; see whether it still runs`)
    try {
      const answer = await httpText(`${base}/api/v1/${path}`, { headers, timeoutMs, maxBytes, ...request })
      silences = 0
      return answer
    } catch (error) {
      silences += 1
      throw error
    }
  }
  const ask: Ask = (path, read, parameters) =>
    limited(async () => {
      const asked = parameters && { method: 'POST' as const, body: new URLSearchParams(parameters) }
      const answer = await answerTo(path, asked ?? {})
      return inShape(shown, () => read(dataOf(shown, answer)))
    })
  /** For what is not a query of a user: what Prometheus says of it stands alone, and has to name it. */
  const told = <Data>(asked: Promise<Data>): Promise<Data> =>
    asked.catch((error) => {
      if (!(error instanceof PrometheusError)) throw error
      throw new UsageError(`${shown}: it answers with an error: ${error.message}; see its log`, {
        cause: error,
      })
    })

  await told(ask('query', instantSeries, { query: '1' }))
  return {
    url: shownUrl(base),
    scrapeIntervalMs: await scrapeInterval(ask),
    query: (expr, at) => ask('query', instantSeries, { query: expr, ...(at && { time: seconds(at) }) }),
    queryRange(expr, { from, to, stepMs }) {
      const range = { start: seconds(from), end: seconds(to), step: String(stepMs / 1000) }
      return ask('query_range', rangeSeries, { query: expr, ...range })
    },
    series: (selector, { from, to }) =>
      ask('series', labelSets, { 'match[]': selector, start: seconds(from), end: seconds(to) }),
    labelValues(label, { from, to }) {
      const range = new URLSearchParams({ start: seconds(from), end: seconds(to) })
      return told(ask(`label/${encodeURIComponent(label)}/values?${range}`, names))
    },
    metadata: () => told(ask('metadata', metadata)),
  }
}

/** Questions in a row without an answer, after which no more are asked. */
const maxSilences = 5
/** No answer that can be shown or judged is larger. */
const maxBytes = 128 * 1024 * 1024

type Ask = <Data>(
  path: string,
  read: (data: unknown) => Data,
  parameters?: Readonly<Record<string, string>>,
) => Promise<Data>

function dataOf(url: string, { status, text }: { status: number; text: string }): unknown {
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch (cause) {
    const asksForCredentials = status === 401 || status === 403
    const hint = asksForCredentials
      ? 'it asks for credentials; put user and password in the URL, or give --prometheus-header'
      : `it answered ${status} without JSON; give the address of a Prometheus HTTP API`
    throw new UsageError(`${url}: ${hint}`, { cause })
  }
  const { status: outcome, data, error } = objectOf(answer)
  if (outcome === 'success' && data !== undefined) return data
  if (typeof error !== 'string') throw new UnexpectedAnswer()
  throw new PrometheusError(error)
}

/** Says who answers otherwise than expected. */
function inShape<Data>(url: string, read: () => Data): Data {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof UnexpectedAnswer)) throw cause
    throw new UsageError(`${url}: ${cause.message}`, { cause })
  }
}

/** From its configuration; what has none, such as VictoriaMetrics, does not tell. */
async function scrapeInterval(ask: Ask): Promise<number | undefined> {
  try {
    const { yaml } = await ask('status/config', objectOf)
    const found = /^global:\n(?:[ \t].*\n)*?[ \t]+scrape_interval: *(\S+)/m.exec(String(yaml))
    return found?.[1] === undefined ? undefined : durationMs(found[1])
  } catch (error) {
    if (error instanceof UsageError || error instanceof PrometheusError) return undefined
    throw error
  }
}

function seconds(time: Date): string {
  return String(time.getTime() / 1000)
}
