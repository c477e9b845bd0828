import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createTestMeter } from '@tidegauge/otel'
import {
  backfillerBackpressureEvents,
  backfillerCarFetchErrors,
  backfillerCarParseErrors,
  backfillerOutputStreamLength,
  backfillerRecordsExtracted,
  backfillerRecordsFiltered,
  backfillerReposDeadLettered,
  backfillerReposFailed,
  backfillerReposProcessed,
  backfillerReposRunning,
  backfillerReposWaiting,
  backfillerRetriesAttempted,
  backfillerVerificationErrors,
} from '../../catalog/backfiller/metrics.ts'
import type { Did } from '../../model/did.ts'
import { type SyncFault, type SyncRun, syncTriggers } from '../../model/sync.ts'
import { backfillMetrics, backfillPauses, backfillRunMetrics, observeBackfill } from './instrumented.ts'

const did: Did = 'did:plc:aliceaaaaaaaaaaaaaaaaaaa'

const run: SyncRun = {
  did,
  trigger: 'backfill',
  outcome: 'success',
  durationMs: 250,
  records: 7,
  extracted: 9,
  filtered: 2,
  sizeBytes: 2000,
}

describe('the metrics of the backfiller', () => {
  const cases = [
    { next: 'retry', retries: 1, dead: 0 },
    { next: 'wait', retries: 0, dead: 0 },
    { next: 'dead', retries: 0, dead: 1 },
  ] as const
  for (const { next, retries, dead } of cases)
    it(`count a failure whose job is then to ${next}`, async () => {
      const { meter, value } = createTestMeter()
      const { onDone, onFailed } = backfillMetrics(meter)
      onDone({ did, rev: '3k', records: 1, sizeBytes: 1, joined: false }, 'backfill')
      onFailed({ did, trigger: 'backfill', error: new Error('down'), next })
      const counters = [
        backfillerReposProcessed,
        backfillerReposFailed,
        backfillerRetriesAttempted,
        backfillerReposDeadLettered,
      ]
      assert.deepEqual(await Promise.all(counters.map((counter) => value(counter))), [1, 1, retries, dead])
    })

  const faults: readonly [fault: SyncFault, fetch: number, parse: number, verification: number][] = [
    ['fetch', 1, 0, 0],
    ['parse', 0, 1, 0],
    ['verification', 0, 0, 1],
  ]
  for (const [fault, ...expected] of faults)
    it(`count a fault of the kind ${fault}`, async () => {
      const { meter, value } = createTestMeter()
      backfillRunMetrics(meter)({ ...run, fault })
      const counters = [backfillerCarFetchErrors, backfillerCarParseErrors, backfillerVerificationErrors]
      assert.deepEqual(await Promise.all(counters.map((counter) => value(counter))), expected)
    })

  for (const trigger of syncTriggers) {
    const isOurs = ['backfill', 'resync', 'background'].includes(trigger)
    it(`${isOurs ? 'count' : 'leave out'} the records of runs that ${trigger} began`, async () => {
      const { meter, value } = createTestMeter()
      backfillRunMetrics(meter)({ ...run, trigger })
      const seen = [await value(backfillerRecordsExtracted), await value(backfillerRecordsFiltered)]
      assert.deepEqual(seen, isOurs ? [9, 2] : [0, 0])
    })
  }

  it('count pauses, and show what runs and what waits', async () => {
    const { meter, value } = createTestMeter()
    const pause = backfillPauses(meter)
    pause()
    pause()
    observeBackfill(meter, {
      backfill: { running: 3 },
      waiting: async () => 40,
      streams: { length: async (stream) => (stream === 'firehose_backfill' ? 5 : 0) },
    })
    assert.equal(await value(backfillerBackpressureEvents), 2)
    assert.equal(await value(backfillerReposRunning), 3)
    assert.equal(await value(backfillerReposWaiting), 40)
    assert.equal(await value(backfillerOutputStreamLength), 5)
  })
})
