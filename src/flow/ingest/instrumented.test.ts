import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createTestMeter } from '@tidegauge/otel'
import { firehoseBatchSize, firehoseBatchWrite } from '../../catalog/firehose/metrics.ts'
import {
  ingesterBackpressureActive,
  ingesterErrors,
  ingesterEventsInMemory,
  ingesterFirehoseFilteredOperations,
  ingesterFirehoseLiveLength,
  ingesterWebsocketConnections,
} from '../../catalog/ingester/metrics.ts'
import { Database } from '../../state/database.ts'
import { SqliteStreams } from '../../state/streams/sqlite.ts'
import { firehoseLive } from '../../state/streams/streams.ts'
import { ingestConnectionErrors, ingestMetrics, observeIngest } from './instrumented.ts'

it('counts what the ingest writes, filters out and fails to write', async () => {
  const { meter, value } = createTestMeter()
  const { onWrite, onFilter, onError } = ingestMetrics(meter)
  const onConnectionError = ingestConnectionErrors(meter)
  onWrite({ events: 3, operations: 7, durationMs: 20 })
  onWrite({ events: 1, operations: 0, durationMs: 10 })
  onFilter(4)
  onError(new Error('full'))
  onConnectionError()
  assert.equal(await value(firehoseBatchWrite), 2)
  assert.equal(await value(firehoseBatchSize), 2)
  assert.equal(await value(ingesterFirehoseFilteredOperations), 4)
  assert.equal(await value(ingesterErrors, { type: 'stream' }), 1)
  assert.equal(await value(ingesterErrors, { type: 'connection' }), 1)
})

it('times batches in seconds and sizes them in operations', async () => {
  const { meter, collect } = createTestMeter()
  ingestMetrics(meter).onWrite({ events: 3, operations: 7, durationMs: 20 })
  const { resourceMetrics } = await collect()
  const sums = resourceMetrics.scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .map(({ descriptor, dataPoints }) => [
      descriptor.name,
      dataPoints.map(({ value }) => (value as { sum?: number }).sum),
    ])
  assert.deepEqual(Object.fromEntries(sums)[firehoseBatchWrite.name], [0.02])
  assert.deepEqual(Object.fromEntries(sums)[firehoseBatchSize.name], [7])
})

it('shows where the ingest stands', async () => {
  const { meter, value } = createTestMeter()
  using database = new Database()
  const streams = new SqliteStreams({ database })
  await streams.append(firehoseLive, [new Uint8Array(1), new Uint8Array(1)])
  const ingest = { eventsInMemory: 5, isHeldBack: true }
  observeIngest(meter, ingest, streams, () => 1)
  assert.equal(await value(ingesterFirehoseLiveLength), 2)
  assert.equal(await value(ingesterEventsInMemory), 5)
  assert.equal(await value(ingesterBackpressureActive), 1)
  assert.equal(await value(ingesterWebsocketConnections), 1)
  ingest.isHeldBack = false
  assert.equal(await value(ingesterBackpressureActive), 0)
})
