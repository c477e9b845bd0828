import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeLoad } from './harness/load.ts'
import { startPds } from './harness/pds.ts'
import { startPrometheus } from './harness/prometheus.ts'
import { createRandom } from './harness/random.ts'
import { startTidegauge } from './harness/tidegauge.ts'
import { sameRecords, truthOf } from './harness/truth.ts'
import { eventually } from './harness/until.ts'

const outageSeconds = 60
/** Longer than the outage leaves unknown, so that the one cannot pass for the other. */
const quietSeconds = 30

describe(`a PDS that is gone for ${outageSeconds} s`, () => {
  it('is waited for, while the metrics say so, and then followed from the cursor on', async () => {
    const random = createRandom()
    console.log(`E2E_SEED=${random.seed}`)
    await using pds = await startPds()
    await using service = await startTidegauge({ pds })
    await using prometheus = await startPrometheus({ targets: [service.metrics] })
    const caughtUp = () =>
      eventually(async () => {
        assert.equal(await prometheus.number('firehose_last_seq'), pds.lastSeq())
        assert.equal(await prometheus.number('indexer_pending_messages'), 0)
        assert.equal(await prometheus.number('firehose_connected'), 1)
      })
    await writeLoad(pds, { accounts: 3, operations: 600, random })
    await caughtUp()
    const before = {
      seq: await prometheus.number('firehose_last_seq'),
      events: await prometheus.number('sum(firehose_events_total)'),
      reconnects: (await prometheus.number('firehose_reconnects_total')) ?? 0,
    }

    const quietFrom = Date.now() / 1000
    await sleep(quietSeconds * 1000)
    const [quiet] = await prometheus.samples('firehose_lag_seconds', quietFrom, Date.now() / 1000)
    assert.deepEqual(
      [...new Set(quiet?.samples.map(({ value }) => value))],
      [0],
      'a quiet PDS makes nobody late',
    )

    const stoppedAt = Date.now() / 1000
    await pds.stop()
    await eventually(async () => assert.equal(await prometheus.number('firehose_connected'), 0), {
      withinMs: 10_000,
    })
    const disconnectedAt = Date.now() / 1000
    await sleep((stoppedAt + outageSeconds) * 1000 - Date.now())
    // The lag grows by a second each second, and nothing pretends to be connected.
    const [connected] = await prometheus.samples('firehose_connected', disconnectedAt, Date.now() / 1000)
    assert.ok((connected?.samples.length ?? 0) >= outageSeconds / 2)
    assert.deepEqual([...new Set(connected?.samples.map(({ value }) => value))], [0])
    const [lag] = await prometheus.samples('firehose_lag_seconds', disconnectedAt, Date.now() / 1000)
    const [first, last] = [lag?.samples.at(0), lag?.samples.at(-1)]
    assert.ok(first && last && last.value >= outageSeconds - 15, `lag was ${last?.value}`)
    assert.ok(first.value < quietSeconds, `the lag began with ${first.value} s, from before it was quiet`)
    const drift = last.value - first.value - (last.time - first.time)
    assert.ok(Math.abs(drift) < 2, `lag grew ${drift} s more than the time`)
    assert.ok(((await prometheus.number('sum(firehose_errors_total{error="connect"})')) ?? 0) >= 1)
    assert.equal(await prometheus.number('firehose_last_seq'), before.seq)

    await pds.start()
    await writeLoad(pds, { accounts: 2, operations: 400, random })
    await caughtUp()
    const lagNow = await prometheus.number('firehose_lag_seconds')
    assert.ok(lagNow !== undefined && lagNow < outageSeconds, `lag is still ${lagNow}`)
    assert.ok(((await prometheus.number('firehose_reconnects_total')) ?? 0) > before.reconnects)
    // Resumed by the cursor: each event of the PDS was seen once.
    const events = Object.values(pds.events()).reduce((sum, count) => sum + count, 0)
    assert.equal(await prometheus.number('sum(firehose_events_total)'), events)
    assert.ok(events > (before.events ?? 0))
    await sameRecords(service, pds, await truthOf(pds))
  })
})
