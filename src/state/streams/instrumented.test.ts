import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createTestMeter } from '@tidegauge/otel'
import { ingesterStreamEvents } from '../../catalog/ingester/metrics.ts'
import { Database } from '../database.ts'
import { instrumentStreams } from './instrumented.ts'
import { SqliteStreams } from './sqlite.ts'
import { firehoseBackfill, firehoseLive, repoBackfill } from './streams.ts'

const entry = new Uint8Array(1)

it('counts the entries of each stream once they are written', async () => {
  const { meter, value } = createTestMeter()
  using database = new Database()
  const streams = instrumentStreams(new SqliteStreams({ database }), meter)
  await streams.append(firehoseLive, [entry, entry, entry])
  await streams.append(firehoseLive, [], { host: 'relay.example', seq: 7 })
  await streams.append(firehoseBackfill, [entry, entry])
  await streams.append(repoBackfill, [entry])
  assert.equal(await value(ingesterStreamEvents, { stream: 'firehose_live' }), 3)
  assert.equal(await value(ingesterStreamEvents, { stream: 'firehose_backfill' }), 2)
  assert.equal(await value(ingesterStreamEvents, { stream: 'repo_backfill' }), 1)
  database.sqlite.exec('DROP TABLE stream_entry')
  await assert.rejects(streams.append(firehoseLive, [entry]))
  assert.equal(await value(ingesterStreamEvents, { stream: 'firehose_live' }), 3)
})

it('passes everything else on', async () => {
  const { meter } = createTestMeter()
  using database = new Database()
  const streams = instrumentStreams(new SqliteStreams({ database }), meter)
  await streams.append(firehoseLive, [entry, entry], { host: 'relay.example', seq: 7 })
  assert.deepEqual(await streams.cursor('relay.example'), { host: 'relay.example', seq: 7 })
  await streams.readable(firehoseLive, 'readers')
  const [first] = await streams.read(firehoseLive, 'readers', 1)
  await streams.acknowledge(firehoseLive, 'readers', first?.id ?? 0)
  await streams.acknowledged(firehoseLive, 'readers', first?.id ?? 0)
  assert.equal(await streams.pending(firehoseLive, 'readers'), 1)
  await streams.drained(firehoseLive, 2)
  assert.equal(await streams.length(firehoseLive), 1)
})
