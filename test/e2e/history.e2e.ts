import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import type { Meter } from '@opentelemetry/api'
import { JsonMetricsSerializer } from '@opentelemetry/otlp-transformer'
import {
  AggregationType,
  type DataPoint,
  type ExponentialHistogram,
  MeterProvider,
  MetricReader,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics'
import { Directory } from '../../otel/history/directory.ts'
import { exponentialAt } from '../../otel/history/exponential.ts'
import { History, type HistoryQuery } from '../../otel/history/history.ts'
import { Intake } from '../../otel/history/intake.ts'
import { HistoryReader } from '../../otel/history/reader.ts'
import type { Row } from '../../otel/history/row.ts'
import { type Prometheus, startPrometheus } from './harness/prometheus.ts'
import { createRandom, type Random } from './harness/random.ts'
import { eventually } from './harness/until.ts'

const rowMs = 10_000
const rows = 300
const folder = mkdtempSync(join(tmpdir(), 'history-e2e-'))
after(() => rmSync(folder, { recursive: true }))

/** Collects what a backend would get. */
class TestReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

describe('what a history answers', () => {
  const random = createRandom()
  const begin = Date.now() - rows * rowMs - 60_000
  let prometheus: Prometheus
  let history: History
  let end: number

  before(async () => {
    prometheus = await startPrometheus({ flags: ['--web.enable-otlp-receiver'] })
    end = await record(random, begin, prometheus)
    history = open(() => end)
  })
  after(async () => {
    history?.[Symbol.dispose]()
    await prometheus?.[Symbol.asyncDispose]()
  })

  const counted = { name: 'tea.cups' } as const
  const classic = { name: 'tea.time' } as const
  const native = { name: 'tea.size' } as const
  const windows = ['35s', '5m', '20m']
  const cases: readonly [query: HistoryQuery, promql: (window: string) => string][] = [
    [{ ...counted, fn: 'rate' }, (window) => `rate(tea_cups_total[${window}])`],
    [{ ...counted, fn: 'increase' }, (window) => `increase(tea_cups_total[${window}])`],
    [
      { ...counted, fn: 'increase', by: ['kind'] },
      (window) => `sum by (kind) (increase(tea_cups_total[${window}]))`,
    ],
    [
      { ...counted, fn: 'rate', by: [], where: { kind: 'green' } },
      (window) => `sum(rate(tea_cups_total{kind="green"}[${window}]))`,
    ],
    [counted, () => 'tea_cups_total'],
    [{ name: 'tea.warmth', by: ['kind'] }, () => 'sum by (kind) (tea_warmth)'],
    [{ name: 'tea.warmth', fn: 'max' }, (window) => `max_over_time(tea_warmth[${window}])`],
    [{ name: 'tea.warmth', fn: 'min', by: [] }, (window) => `min(min_over_time(tea_warmth[${window}]))`],
    [{ ...classic, fn: 'increase', by: [] }, (window) => `sum(increase(tea_time_seconds_count[${window}]))`],
    [{ ...classic, fn: 'rate', part: 'sum' }, (window) => `rate(tea_time_seconds_sum[${window}])`],
    [
      { ...classic, fn: 'average', by: [] },
      (window) =>
        `sum(increase(tea_time_seconds_sum[${window}])) / sum(increase(tea_time_seconds_count[${window}]))`,
    ],
    ...[0, 0.05, 0.5, 0.95, 1].flatMap((quantile): [HistoryQuery, (window: string) => string][] => [
      [
        { ...classic, fn: 'quantile', quantile },
        (window) => `histogram_quantile(${quantile}, rate(tea_time_seconds_bucket[${window}]))`,
      ],
      [
        { ...classic, fn: 'quantile', quantile, by: [] },
        (window) => `histogram_quantile(${quantile}, sum by (le) (rate(tea_time_seconds_bucket[${window}])))`,
      ],
      [
        { ...native, fn: 'quantile', quantile },
        (window) => `histogram_quantile(${quantile}, rate(tea_size[${window}]))`,
      ],
      [
        { ...native, fn: 'quantile', quantile, by: [] },
        (window) => `histogram_quantile(${quantile}, sum(rate(tea_size[${window}])))`,
      ],
    ]),
    [{ ...native, fn: 'increase' }, (window) => `histogram_count(increase(tea_size[${window}]))`],
    [{ ...native, fn: 'rate', part: 'sum' }, (window) => `histogram_sum(rate(tea_size[${window}]))`],
  ]

  for (const [query, promql] of cases) {
    it(`is what Prometheus says: ${promql('…')}`, async () => {
      let compared = 0
      for (const window of windows) {
        for (const offset of [0, 4321]) {
          const times = { since: begin + 400_000 + offset, until: end, step: 61_000 }
          const asked = { ...query, ...times, window: msOf(window) }
          const ours = history.query(asked)
          // Rounding settles which bucket a rank at its very end falls into.
          const { quantile } = query
          const near = [-1e-9, 1e-9].map((by) =>
            quantile === undefined ? ours : history.query({ ...asked, quantile: clamp(quantile + by) }),
          )
          const { since, until, step } = times
          const theirs = await prometheus.range(promql(window), {
            from: since / 1000,
            to: until / 1000,
            step: step / 1000,
          })
          compared += compare(
            [ours, ...near].map(({ series }) => series),
            theirs.map(({ metric, samples }) => ({
              attributes: metric,
              points: samples.flatMap(({ time, value }): [number, number][] =>
                Number.isNaN(value) ? [] : [[Math.round(time * 1000), value]],
              ),
            })),
            `seed ${random.seed}, ${promql(window)} from ${since} each ${step} until ${until}`,
          )
        }
      }
      assert.ok(compared > 100, `only ${compared} points`)
    })
  }
})

interface Points {
  readonly attributes: Readonly<Record<string, string>>
  readonly points: readonly (readonly [number, number])[]
}

/**
 * @param answers ours, and what it would be if ranks were a little smaller or larger.
 * @returns how many points are the same, of as many series.
 */
function compare(answers: readonly (readonly Points[])[], theirs: readonly Points[], what: string): number {
  const keyed = (all: readonly Points[]) =>
    new Map(
      all
        .filter(({ points }) => points.length > 0)
        .map(({ attributes: { kind = '', place = '' }, points }) => [`${kind} ${place}`, points]),
    )
  const [ours = new Map(), ...near] = answers.map(keyed)
  const expected = keyed(theirs)
  assert.deepEqual([...ours.keys()].sort(), [...expected.keys()].sort(), what)
  let compared = 0
  for (const [key, points] of expected) {
    const found = ours.get(key) ?? []
    const timesOf = (all: Points['points']) => all.map(([at]) => at)
    assert.deepEqual(timesOf(found), timesOf(points), `${what}, ${key}`)
    for (const [i, [at, wanted]] of points.entries()) {
      const all = [found, ...near.map((one) => one.get(key) ?? [])].map((one) => one[i]?.[1] as number)
      const slack = 1e-10 * Math.abs(wanted) + 1e-12
      const isSame = wanted >= Math.min(...all) - slack && wanted <= Math.max(...all) + slack
      assert.ok(isSame, `${what}, ${key} at ${at}: ${all}, Prometheus says ${wanted}`)
      compared++
    }
  }
  return compared
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share))
}

function msOf(window: string): number {
  const [, minutes = 0, seconds = 0] = /^(?:(\d+)m)?(?:(\d+)s)?$/.exec(window) ?? []
  return (60 * Number(minutes) + Number(seconds)) * 1000
}

function open(clock: () => number): History {
  const file = join(folder, 'history.db')
  return new History({ file, node: 'one', ringIntervalMs: rowMs, snapshotIntervalMs: rowMs, clock })
}

/** Records anything in three processes that follow one another, into a history and into Prometheus. @returns the last time. */
async function record(random: Random, begin: number, prometheus: Prometheus): Promise<number> {
  let nowMs = begin
  for (let process = 0; process < 3; process++) {
    const history = open(() => nowMs)
    const [kept, sent] = [new HistoryReader({ history, intervalMs: 2 ** 30 }), new TestReader()]
    const provider = new MeterProvider({
      readers: [kept, sent],
      views: [{ instrumentName: 'tea.size', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } }],
    })
    const intake = new Intake(new Directory())
    const change = createChange(provider.getMeter('tea'), random, process)
    for (let row = 0; row < rows / 3; row++) {
      change(row)
      nowMs += rowMs + random.below(200) - 100
      const { resourceMetrics } = await kept.collect()
      history.take(resourceMetrics)
      const { resourceMetrics: whole } = await sent.collect()
      takeResolution(whole, intake.row(resourceMetrics, nowMs))
      await send(whole, nowMs, prometheus)
    }
    history[Symbol.dispose]()
    // Somebody starts it again, sooner or later.
    nowMs += random.below(60_000)
  }
  await eventually(async () =>
    assert.equal((await prometheus.query(`tea_cups_total @ ${nowMs / 1000}`)).length > 0, true),
  )
  return nowMs
}

/** Makes a function that records a few things. A series comes late, but none is missing that has been there before. */
function createChange(meter: Meter, random: Random, process: number): (row: number) => void {
  const kinds = ['green', 'black', 'mint']
  const places = ['Ulm', 'Cork']
  const cups = meter.createCounter('tea.cups')
  const warmth = meter.createGauge('tea.warmth')
  const time = meter.createHistogram('tea.time', {
    unit: 's',
    advice: { explicitBucketBoundaries: [0.005, 0.01, 0.1, 0.5, 1, 5] },
  })
  const size = meter.createHistogram('tea.size')
  const known = new Set<string>()
  const record = (kind: string, place: string, row: number) => {
    const attributes = { kind, place }
    cups.add(random.below(40), attributes)
    warmth.record(random.below(1000) / 10, attributes)
    time.record(random.below(3) === 0 ? 0 : random.below(7000) / 1000, attributes)
    const sign = place === 'Ulm' && kind === 'black' ? -1 : 1
    const magnitude = 10 ** (random.below(row < 50 ? 100 : 600) / 100)
    // One that begins with zeroes alone Prometheus takes for one that begins anew when others come.
    const isZero = known.has(`${kind} ${place}`) && random.below(9) === 0
    known.add(`${kind} ${place}`)
    size.record(isZero ? 0 : sign * magnitude, attributes)
  }
  return (row) => {
    const there = process === 0 && row < 30 ? kinds.slice(0, 2) : kinds
    if (row === 0) for (const kind of there) for (const place of places) record(kind, place, row)
    for (let i = random.below(6); i > 0; i--) record(random.pick(there), random.pick(places), row)
  }
}

/**
 * Gives exponential histograms the resolution that the history has: the SDK, which loses more of it than it has to when it
 * adds up intervals, would have Prometheus answer from other buckets.
 */
function takeResolution({ scopeMetrics }: ResourceMetrics, { shape, values }: Row): void {
  const metrics = scopeMetrics.flatMap(({ metrics }) => metrics)
  const size = metrics.find(({ descriptor }) => descriptor.name === 'tea.size')
  for (const { attributes, value } of (size?.dataPoints ?? []) as DataPoint<ExponentialHistogram>[]) {
    const part = shape.parts.find(
      ({ series }) =>
        series.metric.name === 'tea.size' && isDeepStrictEqual(series.attributes, { ...attributes }),
    )
    if (part?.layout.type !== 'exponential') throw new Error('a series is missing in the row')
    const columns = Array.from(values.subarray(part.at), (number) => Float64Array.of(number))
    const { scale, count, sum, zeroes, positive, negative } = exponentialAt(part.layout, columns, 0)
    assert.deepEqual([count, zeroes], [value.count, value.zeroCount])
    assert.ok(Math.abs(sum - (value.sum ?? 0)) <= 1e-9 * Math.abs(sum))
    assert.ok(scale >= Math.min(8, value.scale))
    const bucketsOf = ({ offset, counts }: typeof positive) => ({ offset, bucketCounts: [...counts] })
    Object.assign(value, { scale, positive: bucketsOf(positive), negative: bucketsOf(negative) })
  }
}

async function send(metrics: ResourceMetrics, atMs: number, { url }: Prometheus): Promise<void> {
  const time = [Math.floor(atMs / 1000), (atMs % 1000) * 1_000_000]
  for (const { metrics: all } of metrics.scopeMetrics)
    for (const { dataPoints } of all)
      for (const point of dataPoints as DataPoint<unknown>[]) Object.assign(point, { endTime: time })
  const response = await fetch(`${url}/api/v1/otlp/v1/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JsonMetricsSerializer.serializeRequest(metrics) as Uint8Array<ArrayBuffer>,
  })
  if (!response.ok) throw new Error(`Prometheus refuses samples: ${response.status} ${await response.text()}`)
}
