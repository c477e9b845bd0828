import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseText } from '../../otel/exposition/text-parser.fixture.ts'
import { readRequest } from '../../otel/pipeline/testing/otlp-request.ts'
import { type OtlpSink, startHttpSink } from '../../otel/pipeline/testing/otlp-sink.ts'
import type { Account } from './harness/account.ts'
import { request } from './harness/network.ts'
import { startPds } from './harness/pds.ts'
import { repoTruth, sameRepo } from './harness/repo-truth.ts'
import { scrapeOf } from './harness/scrape.ts'
import { startTidegauge, type Tidegauge } from './harness/tidegauge.ts'
import { eventually } from './harness/until.ts'

const hourMs = 3_600_000

/** The clock that the service has, for the test to set. */
class ServiceClock implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'tidegauge-clock-'))
  readonly #file = join(this.#folder, 'ahead')
  #aheadMs = 0

  constructor() {
    this.by(0)
  }

  get env(): Readonly<Record<string, string>> {
    const preload = new URL('harness/set-clock-preload.ts', import.meta.url)
    return { NODE_OPTIONS: `--import=${preload}`, SET_CLOCK_FILE: this.#file }
  }

  by(ms: number): void {
    this.#aheadMs += ms
    writeFileSync(this.#file, String(this.#aheadMs))
  }

  now(): number {
    return Date.now() + this.#aheadMs
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true })
  }
}

describe('a service whose clock is set, and that is suspended', () => {
  it('goes on, with numbers that can be true', async () => {
    using clock = new ServiceClock()
    await using sink = await startHttpSink()
    await using pds = await startPds()
    await using service = await startTidegauge({
      pds,
      args: ['--backfill', 'all'],
      env: {
        ...clock.env,
        OTEL_METRICS_EXPORTER: 'prometheus,otlp',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sink.port}`,
        OTEL_METRIC_EXPORT_INTERVAL: '500',
      },
    })
    const account = await pds.createAccount('clocked')
    await goesOn(service, pds.url, account, 'before')
    for (const stepMs of [-hourMs, hourMs, hourMs, -hourMs]) {
      clock.by(stepMs)
      await goesOn(service, pds.url, account, `k${stepMs}`)
      await isPlausible(service, sink, clock)
    }
    process.kill(-service.pid, 'SIGSTOP')
    await sleep(6000)
    process.kill(-service.pid, 'SIGCONT')
    await goesOn(service, pds.url, account, 'after')
    await isPlausible(service, sink, clock)
  })
})

/** A record that is written now is served, without a fetch of the repo, and gauges move. */
async function goesOn(service: Tidegauge, pds: string, account: Account, key: string): Promise<void> {
  const before = await scrapeOf(service)
  await account.createRecord('app.bsky.feed.post', `${key}${before.number('firehose_last_seq')}`, 'now')
  await eventually(async () => sameRepo(service, await repoTruth(pds, account.did)))
  await eventually(async () => {
    const after = await scrapeOf(service)
    for (const gauge of ['firehose_last_seq', 'storage_records', 'uptime_seconds'])
      assert.ok((after.number(gauge) ?? 0) > (before.number(gauge) ?? 0), gauge)
    assert.equal(after.number('firehose_lag_seconds'), 0)
    for (const counter of ['firehose_errors_total', 'sync_desyncs_total', 'indexer_errors_total'])
      assert.equal(after.number(counter), 0, counter)
  })
}

/** What is exported and scraped from now on is of the time of the service, and nothing is negative. */
async function isPlausible(service: Tidegauge, sink: OtlpSink, clock: ServiceClock): Promise<void> {
  const seen = sink.received.length
  // One may be under way.
  await sink.arrived(seen + 3)
  for (const { body } of sink.received.slice(seen + 1)) {
    for (const { name, points } of readRequest(body, 'json')) {
      for (const { startMs, timeMs, value } of points) {
        const about = `${name} ${value}: ${startMs} to ${timeMs} at ${clock.now()}`
        // Nanoseconds in floats.
        assert.ok(startMs > 0 && startMs <= timeMs + 0.001, about)
        assert.ok(Math.abs(timeMs - clock.now()) < 60_000, about)
        assert.ok(value >= 0, about)
      }
    }
  }
  const headers = { accept: 'application/openmetrics-text; version=1.0.0' }
  const text = await (await request(`http://${service.metrics}/metrics`, { headers })).text()
  const { samples } = parseText(text, 'openmetrics')
  assert.ok(samples.length > 100)
  for (const { name, value } of samples) assert.ok(!(value < 0), `${name} ${value}`)
  for (const [line, seconds] of text.matchAll(/^\w+_created\S* (\S+)$/gm))
    assert.ok(Number(seconds) * 1000 <= clock.now() + 1, line)
}
