import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Collector, startCollector } from './harness/collector.ts'
import { startLoad, writeLoad } from './harness/load.ts'
import { type Pds, startPds } from './harness/pds.ts'
import { startPrometheus } from './harness/prometheus.ts'
import type { QueryApi } from './harness/query-api.ts'
import { createRandom } from './harness/random.ts'
import { fromBackend, fromFile, fromScrape, type SeriesValues } from './harness/series.ts'
import { startTidegauge, type Tidegauge } from './harness/tidegauge.ts'
import { eventually } from './harness/until.ts'
import { startVictoriaMetrics } from './harness/victoria-metrics.ts'

const outageSeconds = 120
const random = createRandom()
console.log(`E2E_SEED=${random.seed}`)

describe('backends, swapped by configuration alone', () => {
  it('show the same numbers as the service, all at once', async () => {
    await using pds = await startPds()
    await using victoria = await startVictoriaMetrics()
    await using receiving = await startPrometheus({ flags: ['--web.enable-otlp-receiver'] })
    await using collector = await startCollector({
      configs: ['remote-write', 'prometheus-otlp', 'file'],
      env: { COLLECTOR_REMOTE_WRITE_URL: victoria.writeUrl, COLLECTOR_PROMETHEUS_URL: receiving.url },
    })
    await using service = await startTidegauge({ pds })
    await using scraping = await startPrometheus({ targets: [service.metrics, collector.metrics] })

    // Scraped by Prometheus, which is what happens when nothing is said.
    await writeLoad(pds, { accounts: 2, operations: 300, random })
    await caughtUp(service, pds)
    await sameAs(service, () => fromBackend(scraping, `instance="${service.metrics}"`))

    // Pushed through the Collector as well.
    await service.stop()
    await service.start({ env: otlp(collector, 'prometheus,otlp') })
    await writeLoad(pds, { accounts: 2, operations: 300, random })
    await caughtUp(service, pds)
    const ways: Record<string, () => Promise<SeriesValues> | SeriesValues> = {
      scrape: () => fromBackend(scraping, `instance="${service.metrics}"`),
      "the Collector's endpoint": () => fromBackend(scraping, `instance="${collector.metrics}"`),
      "Prometheus' OTLP receiver": () => fromBackend(receiving),
      'remote write': () => fromBackend(victoria),
      file: () => fromFile(collector.file),
    }
    for (const [way, read] of Object.entries(ways)) await sameAs(service, read, way)

    // Printed, and nothing else.
    await service.stop()
    await service.start({ env: { OTEL_METRICS_EXPORTER: 'console', OTEL_METRIC_EXPORT_INTERVAL: '1000' } })
    await eventually(() => assert.match(service.log(), /name: 'firehose\.events'/))
    await assert.rejects(service.scrape(), /ECONNREFUSED/)
  })

  it('can be scraped by the Collector in place of Prometheus', async () => {
    await using pds = await startPds()
    await using service = await startTidegauge({ pds })
    const env = { COLLECTOR_SCRAPE_TARGET: service.metrics, COLLECTOR_SCRAPE_INTERVAL: '1s' }
    await using collector = await startCollector({ configs: ['scrape'], env })
    await using prometheus = await startPrometheus({ targets: [collector.metrics] })
    await writeLoad(pds, { accounts: 2, operations: 200, random })
    await caughtUp(service, pds)
    await sameAs(service, () => fromBackend(prometheus))
  })

  it('can be added while the service runs on, and nothing is lost', async () => {
    await using pds = await startPds()
    await using victoria = await startVictoriaMetrics()
    await using prometheus = await startPrometheus({ flags: ['--web.enable-otlp-receiver'] })
    const env = { COLLECTOR_REMOTE_WRITE_URL: victoria.writeUrl, COLLECTOR_PROMETHEUS_URL: prometheus.url }
    await using collector = await startCollector({ configs: ['prometheus-otlp'], env })
    await using service = await startTidegauge({ pds, env: otlp(collector) })
    await using load = await startLoad(pds, { accounts: 2, random, pauseMs: 100 })
    await eventually(async () => assert.ok(((await prometheus.number(events)) ?? 0) > 20))
    const { pid } = service
    await collector.stop()
    await collector.start({ configs: ['prometheus-otlp', 'remote-write'] })
    await sleep(5000)
    await load.end()
    await equalTruth(pds, { prometheus, victoria })
    // The same process all the while.
    assert.equal(service.pid, pid)
    await service.get('/health')
  })
})

describe(`${outageSeconds} s under load`, { concurrency: true }, () => {
  it('without the Collector leave a gap no longer than that, and no counter wrong', async () => {
    await using pds = await startPds()
    await using prometheus = await startPrometheus({ flags: ['--web.enable-otlp-receiver'] })
    const env = { COLLECTOR_PROMETHEUS_URL: prometheus.url }
    await using collector = await startCollector({ configs: ['prometheus-otlp'], env })
    await using service = await startTidegauge({ pds, env: otlp(collector) })
    await using load = await startLoad(pds, { accounts: 2, random, pauseMs: 300 })
    const from = Date.now() / 1000
    await eventually(async () => assert.ok(((await prometheus.number(events)) ?? 0) > 20))
    await sleep(10_000)

    const killed = Date.now() / 1000
    await collector.kill()
    const memory = await memoryDuring(service, outageSeconds)
    await collector.start()
    const back = Date.now() / 1000
    await sleep(10_000)
    await load.end()
    await equalTruth(pds, { prometheus })
    const gaps = await gapsIn(prometheus, from + 5)
    assert.equal(gaps.length, 1, JSON.stringify(gaps))
    const [gap] = gaps
    assert.ok(
      gap && gap.from > killed - 3 && gap.to < back + 8,
      `${killed} to ${back}: ${JSON.stringify(gap)}`,
    )
    flat(memory, 'the service')
  })

  it('without a backend leave no gap, and no counter wrong', async () => {
    await using pds = await startPds()
    await using victoria = await startVictoriaMetrics()
    await using prometheus = await startPrometheus({ flags: ['--web.enable-otlp-receiver'] })
    const env = { COLLECTOR_REMOTE_WRITE_URL: victoria.writeUrl, COLLECTOR_PROMETHEUS_URL: prometheus.url }
    await using collector = await startCollector({ configs: ['prometheus-otlp', 'remote-write'], env })
    await using service = await startTidegauge({ pds, env: otlp(collector) })
    await using load = await startLoad(pds, { accounts: 2, random, pauseMs: 300 })
    const from = Date.now() / 1000
    await eventually(async () => {
      assert.ok(((await prometheus.number(events)) ?? 0) > 20)
      assert.ok(((await victoria.number(events)) ?? 0) > 20)
    })
    await sleep(10_000)

    // Killed, VictoriaMetrics would lose what it had taken and not written yet.
    await Promise.all([prometheus.kill(), victoria.stop()])
    const [memory, ofCollector] = await Promise.all([
      memoryDuring(service, outageSeconds),
      memoryDuring(collector, outageSeconds),
    ])
    await Promise.all([prometheus.start(), victoria.start()])
    await sleep(10_000)
    await load.end()
    await equalTruth(pds, { prometheus, victoria })
    for (const backend of [prometheus, victoria]) assert.deepEqual(await gapsIn(backend, from + 5), [])
    flat(memory, 'the service')
    flat(ofCollector, 'the Collector')
  })
})

const events = 'sum(firehose_events_total)'

/** The configuration of a service that pushes to a Collector each second. */
function otlp(collector: Collector, exporters = 'otlp'): Record<string, string> {
  return {
    OTEL_METRICS_EXPORTER: exporters,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.otlpUrl,
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
  }
}

async function caughtUp(service: Tidegauge, pds: Pds): Promise<void> {
  await eventually(async () => {
    const values = fromScrape(await service.scrape())
    assert.equal(values['firehose_last_seq{}'], pds.lastSeq())
    assert.equal(values['indexer_pending_messages{}'], 0)
  })
}

/** Asserts that another place shows every series of the service, with the same values where they stand still. */
async function sameAs(
  service: Tidegauge,
  read: () => Promise<SeriesValues> | SeriesValues,
  way = '',
): Promise<void> {
  await eventually(
    async () => {
      const before = fromScrape(await service.scrape())
      const there = await read()
      const after = fromScrape(await service.scrape())
      assert.deepEqual(Object.keys(there).sort(), Object.keys(after).sort(), way)
      const still = Object.entries(before).filter(([series, value]) => after[series] === value)
      assert.ok(still.length > 100, `only ${still.length} series stand still`)
      for (const [series, value] of still) {
        // Of sums of seconds VictoriaMetrics keeps some ten digits; counts are exact everywhere.
        const close = Math.abs((there[series] ?? Number.NaN) - value) <= Math.abs(value) * 1e-9
        if (Number.isSafeInteger(value) || !close) assert.equal(there[series], value, `${series} ${way}`)
      }
    },
    { withinMs: 20_000, everyMs: 1000 },
  )
}

/** Asserts that backends have every event and operation of the PDS, each once. */
async function equalTruth(pds: Pds, backends: Readonly<Record<string, QueryApi>>): Promise<void> {
  const happened = Object.values(pds.events()).reduce((sum, count) => sum + count, 0)
  const operations = { create: 0, update: 0, delete: 0 }
  for (const account of pds.accounts)
    for (const op of ['create', 'update', 'delete'] as const) operations[op] += account.operations[op]
  for (const [name, backend] of Object.entries(backends))
    await eventually(async () => {
      assert.equal(await backend.number(events), happened, name)
      assert.deepEqual(await backend.byLabel('firehose_operations_total', 'op'), operations, name)
      assert.equal(
        await backend.number('storage_records'),
        pds.accounts.reduce((sum, { size }) => sum + size, 0),
      )
    })
}

interface Gap {
  readonly from: number
  readonly to: number
}

/** Where more than four seconds lie between two samples of a metric that is pushed each second. */
async function gapsIn(backend: QueryApi, from: number): Promise<Gap[]> {
  const [series] = await backend.samples('firehose_last_seq', from, Date.now() / 1000)
  const times = (series?.samples ?? []).map(({ time }) => time)
  assert.ok(times.length > 10, `${times.length} samples`)
  return times.flatMap((time, index) => {
    const next = times[index + 1] ?? time
    return next - time > 4 ? [{ from: time, to: next }] : []
  })
}

/** Samples of the resident memory, in bytes. */
async function memoryDuring(process: { memory(): number }, seconds: number): Promise<number[]> {
  const samples: number[] = []
  for (let second = 0; second < seconds; second += 2) {
    samples.push(process.memory())
    await sleep(2000)
  }
  return samples
}

/** Asserts that memory does not grow: its second half takes no more than the first, but for what a collector of garbage leaves. */
function flat(samples: readonly number[], whose: string): void {
  const middle = Math.floor(samples.length / 2)
  const [first, second] = [Math.max(...samples.slice(0, middle)), Math.max(...samples.slice(middle))]
  const grown = (second - first) / 2 ** 20
  console.log(`${whose}: ${(first / 2 ** 20).toFixed()} MiB, then ${grown.toFixed(1)} MiB more`)
  assert.ok(grown < 24, `${whose} has grown by ${grown} MiB`)
}
