import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createTestMeter } from '@tidegauge/otel'
import {
  syncCompleted,
  syncDuration,
  syncErrors,
  syncHeldEvents,
  syncJoined,
  syncQueueDepth,
  syncRecords,
  syncRepoSize,
  syncResyncOldestAge,
  syncResyncWaiting,
  syncRuns,
  syncWorkersActive,
} from '../../catalog/sync/metrics.ts'
import type { SyncRun } from '../../model/sync.ts'
import type { StorageTotals } from '../../state/storage/storage.ts'
import { observeSync, syncMetrics } from './instrumented.ts'

const run: SyncRun = {
  did: 'did:plc:aliceaaaaaaaaaaaaaaaaaaa',
  trigger: 'cli',
  outcome: 'success',
  durationMs: 250,
  records: 7,
  extracted: 9,
  filtered: 2,
  sizeBytes: 2000,
}

describe('the metrics of sync runs', () => {
  it('count a run under its trigger, with how long it took and what it brought', async () => {
    const { meter, value } = createTestMeter()
    syncMetrics(meter).onRun(run)
    assert.equal(await value(syncRuns, { trigger: 'cli' }), 1)
    assert.equal(await value(syncRuns, { trigger: 'api' }), 0)
    assert.equal(await value(syncDuration, { trigger: 'cli' }), 1)
    assert.equal(await value(syncCompleted, { status: 'success' }), 1)
    assert.equal(await value(syncErrors, { trigger: 'cli', reason: 'network' }), 0)
    assert.equal(await value(syncRecords), 7)
    assert.equal(await value(syncRepoSize), 1)
  })

  it('count a failed run once, with its reason, and no file where none was read', async () => {
    const { meter, value } = createTestMeter()
    syncMetrics(meter).onRun({
      ...run,
      outcome: 'rate_limited',
      reason: 'rate_limited',
      records: 0,
      sizeBytes: 0,
    })
    assert.equal(await value(syncRuns, { trigger: 'cli' }), 1)
    assert.equal(await value(syncErrors, { trigger: 'cli', reason: 'rate_limited' }), 1)
    assert.equal(await value(syncCompleted, { status: 'rate_limited' }), 1)
    assert.equal(await value(syncCompleted, { status: 'success' }), 0)
    assert.equal(await value(syncRepoSize), undefined)
  })

  it('count calls that joined a run apart from runs', async () => {
    const { meter, value } = createTestMeter()
    syncMetrics(meter).onJoin('api')
    assert.equal(await value(syncJoined, { trigger: 'api' }), 1)
    assert.equal(await value(syncRuns, { trigger: 'api' }), 0)
  })

  for (const [resyncOldestAddedMs, age] of [
    [1_000, 9],
    [undefined, 0],
  ] as const)
    it(`show what runs and what waits, the oldest for ${age} s`, async () => {
      const { meter, value } = createTestMeter()
      observeSync(meter, {
        sync: { running: 2 },
        totals: async () => ({ depth: 5, resyncWaiting: 3, resyncOldestAddedMs }),
        storage: { totals: async () => ({ heldEvents: 4 }) as StorageTotals },
        now: () => 10_000,
      })
      const gauges = [
        syncWorkersActive,
        syncQueueDepth,
        syncResyncWaiting,
        syncHeldEvents,
        syncResyncOldestAge,
      ]
      assert.deepEqual(await Promise.all(gauges.map((gauge) => value(gauge))), [2, 5, 3, 4, age])
    })
})
