import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createTestMeter } from '@tidegauge/otel'
import {
  firehoseConnected,
  firehoseErrors,
  firehoseEvents,
  firehoseLag,
  firehoseLastSeq,
  firehoseOperations,
  firehoseReceived,
  firehoseReconnects,
} from '../../catalog/firehose/metrics.ts'
import { firehoseMetrics, observeFirehose } from './instrumented.ts'
import { rejectReasons } from './rejection.ts'
import { Harness, KnownKeys } from './testing/harness.ts'
import { TestRelay } from './testing/test-relay.ts'
import { createTestRepo, sentMs } from './testing/test-repo.ts'

it('counts what a firehose does, and shows how far it has got', async () => {
  const { meter, value } = createTestMeter()
  const repo = await createTestRepo('did:plc:aaaaaaaaaaaaaaaaaaaaaaaa')
  await using relay = await TestRelay.start()
  const frames = [await repo.createFrame(1), Buffer.of(0xff), await repo.createFrame(3)]
  for (const [index, frame] of frames.entries()) relay.emit(index + 1, frame)
  await using harness = new Harness({
    relay: relay.url,
    identity: new KnownKeys([repo]),
    now: () => sentMs + 2500,
    ...firehoseMetrics(meter),
  })
  observeFirehose(meter, harness.firehose)
  assert.equal(await value(firehoseConnected), 0)
  assert.equal(await value(firehoseLag), undefined)
  await harness.until(3)

  assert.equal(await value(firehoseConnected), 1)
  assert.equal(await value(firehoseLastSeq), 3)
  assert.equal(await value(firehoseLag), 0)
  assert.equal(await value(firehoseEvents, { type: 'commit' }), 2)
  assert.equal(await value(firehoseOperations, { op: 'create' }), 2)
  assert.equal(await value(firehoseErrors, { error: 'decode' }), 1)
  assert.equal(await value(firehoseErrors, { error: 'connection' }), 0)
  assert.equal(await value(firehoseReconnects), 0)
  const bytes = frames.reduce((sum, { length }) => sum + length, 0)
  assert.equal(await value(firehoseReceived), bytes)

  relay.cut()
  relay.emit(4, await repo.createFrame(4))
  await harness.until(4)
  assert.equal(await value(firehoseErrors, { error: 'connection' }), 1)
  assert.equal(await value(firehoseReconnects), 1)
})

it('has a name in the catalog for each reason', () => {
  const declared: readonly string[] = firehoseErrors.attributes.error
  assert.deepEqual(new Set(declared), new Set(['connect', 'connection', ...rejectReasons]))
})

it('shows the lag in seconds', async () => {
  const { meter, value } = createTestMeter()
  observeFirehose(meter, { connected: true, lastSeq: 1, lagMs: 2500 })
  assert.equal(await value(firehoseLag), 2.5)
})

it('counts a record that is kept as bytes by what is odd about it', async () => {
  const { meter, value } = createTestMeter()
  firehoseMetrics(meter).onOddRecord('depth')
  assert.equal(await value(firehoseErrors, { error: 'depth' }), 1)
})
