import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { context, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { AggregationType, MeterProvider } from '@opentelemetry/sdk-metrics'
import { PrometheusEndpoint } from '../../otel/prometheus/endpoint.ts'
import type { TranslationStrategy } from '../../otel/prometheus/name.ts'
import { getJson } from './harness/network.ts'
import { type Prometheus, promtool, startPrometheus } from './harness/prometheus.ts'
import { eventually } from './harness/until.ts'

// Exemplars are looked for only where a context manager is registered before the metrics are collected first.
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'
const inSpan = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.SAMPLED })

const nastyValues = ['', 'plain', 'quote"d', 'back\\slash', 'two\nlines', 'été 🌊', '{le="1"}']
const edgeValues = [Infinity, -Infinity, NaN, 2 ** 53, -1e-7, 5e-324, 0.1 + 0.2]

interface Case {
  readonly protocol: string
  readonly strategy: TranslationStrategy
  readonly hasExemplars: boolean
  readonly hasNativeHistograms: boolean
  /** What the instruments are called in Prometheus. */
  readonly names: {
    readonly cups: string
    readonly edge: string
    readonly brew: string
    readonly pour: string
  }
}

const suffixed = {
  cups: 'tea_cups_total',
  edge: 'tea_edge',
  brew: 'tea_brew_seconds',
  pour: 'tea_pour_seconds',
}
/** In protobuf Prometheus does not ask for UTF-8 (no `escaping` in its Accept), and so the dots are escaped. */
const underscored = { cups: 'tea_cups', edge: 'tea_edge', brew: 'tea_brew', pour: 'tea_pour' }
const untouched = { cups: 'tea.cups', edge: 'tea.edge', brew: 'tea.brew', pour: 'tea.pour' }
const escaped = 'UnderscoreEscapingWithSuffixes'

const cases: readonly Case[] = [
  {
    protocol: 'PrometheusText0.0.4',
    strategy: escaped,
    hasExemplars: false,
    hasNativeHistograms: false,
    names: suffixed,
  },
  {
    protocol: 'OpenMetricsText1.0.0',
    strategy: escaped,
    hasExemplars: true,
    hasNativeHistograms: false,
    names: suffixed,
  },
  {
    protocol: 'PrometheusProto',
    strategy: escaped,
    hasExemplars: true,
    hasNativeHistograms: true,
    names: suffixed,
  },
  {
    protocol: 'PrometheusText1.0.0',
    strategy: 'NoTranslation',
    hasExemplars: false,
    hasNativeHistograms: false,
    names: untouched,
  },
  {
    protocol: 'PrometheusProto',
    strategy: 'NoTranslation',
    hasExemplars: true,
    hasNativeHistograms: true,
    names: underscored,
  },
]

for (const { protocol, strategy, hasExemplars, hasNativeHistograms, names } of cases) {
  describe(`what a real Prometheus scrapes as ${protocol} with ${strategy}`, () => {
    it('holds every sample, exemplar and histogram exactly', async () => {
      await using served = await serve(strategy)
      await using prometheus = await startPrometheus({
        targets: [served.address],
        flags: ['--enable-feature=exemplar-storage,created-timestamp-zero-ingestion'],
        scrape: {
          scrape_protocols: [protocol],
          scrape_native_histograms: true,
          fallback_scrape_protocol: protocol,
        },
      })
      await eventually(async () => assert.equal(await prometheus.number('up{job="e2e"}'), 1))

      const selector = (name: string) => `{"${name}"}`
      for (const [index, label] of nastyValues.entries()) {
        assert.deepEqual(await valuesOf(prometheus, `{"${names.cups}", cup=${JSON.stringify(label)}}`), [
          index + 0.5,
        ])
      }
      for (const [index, value] of edgeValues.entries()) {
        assert.deepEqual(await valuesOf(prometheus, `{"${names.edge}", case="${index}"}`), [value])
      }
      for (const [index, le] of ['1', '2', '5', '+Inf'].entries()) {
        const values = await valuesOf(
          prometheus,
          `{"${names.brew}_bucket", le=~"${le.replace('+', '\\\\+')}(\\\\.0)?"}`,
        )
        assert.deepEqual(values, [[1, 2, 3, 4][index]], le)
      }
      if (hasNativeHistograms) {
        assert.deepEqual(await valuesOf(prometheus, `histogram_count(${selector(names.pour)})`), [4])
        assert.deepEqual(await valuesOf(prometheus, `histogram_sum(${selector(names.pour)})`), [15.5])
      }

      const found = await exemplars(prometheus, selector(names.cups))
      const expected = nastyValues.map((_, index) => ({
        trace_id: traceId,
        span_id: spanId,
        value: index + 0.5,
      }))
      assert.deepEqual(found, hasExemplars ? expected : [])
    })
  })
}

it('promtool finds nothing to say about the text', async () => {
  await using served = await serve(escaped)
  const scraped = await fetch(`http://${served.address}/metrics`).then((response) => response.text())
  assert.deepEqual(await promtool(['check', 'metrics'], scraped), { code: 0, output: '' })
})

interface Served extends AsyncDisposable {
  /** `host:port` */
  readonly address: string
}

/** Serves a counter with exemplars, a gauge, and the same measurements as an explicit and an exponential histogram. */
async function serve(translationStrategy: TranslationStrategy): Promise<Served> {
  const endpoint = new PrometheusEndpoint({ port: 0, translationStrategy, preventServerStart: true })
  const provider = new MeterProvider({
    readers: [endpoint],
    views: [{ instrumentName: 'tea.pour', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } }],
  })
  await endpoint.start()
  // Exemplars are captured from the first collection on.
  await endpoint.collect()
  const meter = provider.getMeter('tea')
  const cups = meter.createCounter('tea.cups', { description: 'Cups.', unit: '{cup}' })
  const edge = meter.createGauge('tea.edge', { description: 'Values at the edge.' })
  const advice = { explicitBucketBoundaries: [1, 2, 5] }
  const brew = meter.createHistogram('tea.brew', { description: 'Brewing.', unit: 's', advice })
  const pour = meter.createHistogram('tea.pour', { description: 'Pouring.', unit: 's' })
  context.with(inSpan, () => {
    for (const [index, cup] of nastyValues.entries()) cups.add(index + 0.5, { cup })
  })
  for (const [index, value] of edgeValues.entries()) edge.record(value, { case: String(index) })
  for (const value of [0.5, 1.5, 4, 9.5]) {
    brew.record(value)
    pour.record(value)
  }
  return {
    address: new URL(endpoint.url).host,
    [Symbol.asyncDispose]: () => provider.shutdown(),
  }
}

/** The values of a query, as exact as Prometheus tells them. */
async function valuesOf(prometheus: Prometheus, promql: string): Promise<readonly number[]> {
  const url = `${prometheus.url}/api/v1/query?query=${encodeURIComponent(promql)}`
  const { data } = await getJson<{ data: { result: { value: [number, string] }[] } }>(url)
  return data.result.map(({ value: [, text] }) => Number(text.replace('Inf', 'Infinity')))
}

async function exemplars(prometheus: Prometheus, selector: string): Promise<readonly object[]> {
  const now = Date.now() / 1000
  const query = `query=${encodeURIComponent(selector)}&start=${now - 600}&end=${now + 600}`
  const { data } = await getJson<{ data: { exemplars: { labels: object; value: string }[] }[] }>(
    `${prometheus.url}/api/v1/query_exemplars?${query}`,
  )
  return data
    .flatMap((series) => series.exemplars)
    .map(({ labels, value }) => ({ ...labels, value: Number(value) }))
    .sort((one, other) => one.value - other.value)
}
