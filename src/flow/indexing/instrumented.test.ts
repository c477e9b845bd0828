import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createTestMeter } from '@tidegauge/otel'
import {
  indexerAckFailures,
  indexerActiveTasks,
  indexerChainBreaks,
  indexerDbWrites,
  indexerErrors,
  indexerEventsProcessed,
  indexerPendingMessages,
  indexerRecords,
  indexerStaleWritesSkipped,
} from '../../catalog/indexer/metrics.ts'
import { syncHeldDropped } from '../../catalog/sync/metrics.ts'
import { Database } from '../../state/database.ts'
import { SqliteStreams } from '../../state/streams/sqlite.ts'
import { firehoseLive } from '../../state/streams/streams.ts'
import { indexerGroup } from './indexer.ts'
import { indexerMetrics, observeIndexer } from './instrumented.ts'
import { createTally } from './tally.ts'

it('counts what the indexer does', async () => {
  const { meter, value } = createTestMeter()
  const { onApply, onError, onAckFailure } = indexerMetrics(meter)
  const tally = createTally()
  Object.assign(tally.events, { create: 1, update: 2, delete: 3, repo: 4, account: 5, identity: 6 })
  Object.assign(tally.records, { post: 7, other: 8 })
  Object.assign(tally.overflowed, { repo: 12, all: 13 })
  onApply({ ...tally, writes: 9, stale: 10, chainBreaks: 11 })
  onApply(createTally())
  onError('expected', new Error())
  onError('unexpected', new Error())
  onError('unexpected', new Error())
  onAckFailure(new Error())
  for (const [type, count] of Object.entries(tally.events)) {
    assert.equal(await value(indexerEventsProcessed, { type: type as keyof typeof tally.events }), count)
  }
  assert.equal(await value(indexerRecords, { collection: 'post' }), 7)
  assert.equal(await value(indexerRecords, { collection: 'other' }), 8)
  assert.equal(await value(indexerDbWrites), 9)
  assert.equal(await value(syncHeldDropped, { limit: 'repo' }), 12)
  assert.equal(await value(syncHeldDropped, { limit: 'all' }), 13)
  assert.equal(await value(indexerStaleWritesSkipped), 10)
  assert.equal(await value(indexerChainBreaks), 11)
  assert.equal(await value(indexerErrors, { kind: 'expected' }), 1)
  assert.equal(await value(indexerErrors, { kind: 'unexpected' }), 2)
  assert.equal(await value(indexerAckFailures), 1)
})

it('shows what waits and what is under way', async () => {
  const { meter, value } = createTestMeter()
  using database = new Database()
  const streams = new SqliteStreams({ database })
  await streams.append(firehoseLive, [new Uint8Array(1), new Uint8Array(1)])
  const [first] = await streams.read(firehoseLive, indexerGroup, 1)
  await streams.acknowledge(firehoseLive, indexerGroup, first?.id ?? 0)
  observeIndexer(meter, { activeTasks: 1 }, streams)
  assert.equal(await value(indexerPendingMessages), 1)
  assert.equal(await value(indexerActiveTasks), 1)
})
