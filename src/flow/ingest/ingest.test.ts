import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { RepoEvent } from '../../model/event.ts'
import { decodeEvent } from '../../model/event-bytes.ts'
import { Database } from '../../state/database.ts'
import { SqliteStreams } from '../../state/streams/sqlite.ts'
import { firehoseLive, type Streams } from '../../state/streams/streams.ts'
import { createFilter } from './filter.ts'
import { Ingest, type IngestWrite, type SourceBatch } from './ingest.ts'
import { KeptRepos } from './kept-repos.ts'

const host = 'relay.test'

describe('Ingest', () => {
  it('writes every event in order, and the cursor of the host with it', async () => {
    const { streams, source, seqs } = setUp()
    const writes: IngestWrite[] = []
    const run = new Ingest({
      source,
      host,
      streams,
      batchEvents: 10,
      onWrite: (write) => writes.push(write),
    }).run()
    for (let seq = 0; seq < 100; seq += 5) source.push({ events: events(seq + 1, seq + 5), seq: seq + 5 })
    source.end()
    await run
    assert.deepEqual(await seqs(), numbers(1, 100))
    assert.equal((await streams.cursor(host))?.seq, 100)
    assert.equal(
      writes.reduce((sum, write) => sum + write.events, 0),
      100,
    )
    assert.equal(
      writes.reduce((sum, write) => sum + write.operations, 0),
      200,
    )
    assert.ok(writes.length <= 11 && writes.every(({ durationMs }) => durationMs >= 0))
  })

  it('writes what waits after a while, without more coming', async () => {
    const { streams, source, written } = setUp()
    const run = new Ingest({ source, host, streams, lingerMs: 5 }).run()
    source.push({ events: events(1, 1), seq: 1 })
    await written(1)
    source.end()
    await run
  })

  it('tells when what it has taken so far is written, and does not wait for what comes after', async () => {
    const { streams, source, written } = setUp()
    const held = Promise.withResolvers<void>()
    let appends = 0
    const slow: Pick<Streams, 'append' | 'length' | 'drained'> = {
      length: (name) => streams.length(name),
      drained: (name, below, signal) => streams.drained(name, below, signal),
      append: async (...args: Parameters<Streams['append']>) => {
        appends += 1
        if (appends === 2) await held.promise
        return streams.append(...args)
      },
    }
    const ingest = new Ingest({ source, host, streams: slow, batchEvents: 1, lingerMs: 0 })
    const { signal } = new AbortController()
    const run = ingest.run()
    await ingest.flush(signal)
    source.push({ events: events(1, 1), seq: 1 })
    await written(1)
    source.push({ events: events(2, 2), seq: 2 })
    while (appends < 2) await setImmediate()
    let isFlushed = false
    const flushed = ingest.flush(signal).then(() => {
      isFlushed = true
    })
    source.push({ events: events(3, 3), seq: 3 })
    for (let turn = 0; turn < 20; turn++) await setImmediate()
    assert.equal(isFlushed, false)
    await assert.rejects(ingest.flush(AbortSignal.abort(new Error('it ends'))), /it ends/)
    held.resolve()
    await flushed
    assert.ok((await streams.length(firehoseLive)) >= 2)
    source.end()
    await run
  })

  it('writes at once when enough events or bytes wait', async () => {
    for (const limit of [{ batchEvents: 3 }, { batchBytes: 200 }]) {
      const { streams, source, written } = setUp()
      const run = new Ingest({ source, host, streams, lingerMs: 1e9, ...limit }).run()
      source.push({ events: events(1, 3), seq: 3 })
      await written(3)
      source.end()
      await run
    }
  })

  it('moves the cursor past events that are all filtered out', async () => {
    const { streams, source, seqs } = setUp()
    let left = 0
    const filter = createFilter({ repos: new KeptRepos({ dids: ['did:plc:other'] }) })
    const onFilter = (operations: number) => {
      left += operations
    }
    const run = new Ingest({ source, host, streams, filter, onFilter }).run()
    source.push({ events: events(1, 3), seq: 9 })
    source.end()
    await run
    assert.deepEqual(await seqs(), [])
    assert.equal((await streams.cursor(host))?.seq, 9)
    assert.equal(left, 6)
  })

  it('stops reading at the high-water mark, drops nothing, and resumes when there is room', async () => {
    const { streams, source, seqs } = setUp()
    const ingest = new Ingest({ source, host, streams, highWater: 20, batchEvents: 10, lingerMs: 0 })
    assert.equal(ingest.isHeldBack, false)
    const run = ingest.run()
    for (let seq = 0; seq < 100; seq += 5) source.push({ events: events(seq + 1, seq + 5), seq: seq + 5 })
    source.end()
    const met: number[] = []
    for (;;) {
      await until(async () => ingest.isHeldBack || source.isDrained)
      assert.ok((await streams.length(firehoseLive)) <= 30)
      assert.ok(ingest.eventsInMemory <= 20)
      const entries = await streams.read(firehoseLive, 'reader', 1000)
      met.push(...entries.map(({ payload }) => decodeEvent(payload).seq))
      if (met.length === 100) break
      await streams.acknowledge(firehoseLive, 'reader', entries.at(-1)?.id ?? 0)
      await setImmediate()
    }
    await run
    assert.deepEqual(met, numbers(1, 100))
    assert.equal(ingest.isHeldBack, false)
    assert.equal(ingest.eventsInMemory, 0)
    assert.deepEqual((await seqs()).slice(-1), [100])
  })

  it('repeats a batch that cannot be written, reports each failure, and tells that it fails', async () => {
    const { streams, source, seqs } = setUp()
    let failures = 2
    const failing = withAppend(streams, async (...args) => {
      if (failures-- > 0) throw new Error('database or disk is full')
      return await streams.append(...args)
    })
    const errors: unknown[] = []
    const backoff = { firstMs: 1, maxMs: 1 }
    const onError = (error: unknown) => errors.push([error, ingest.failure])
    const ingest = new Ingest({ source, host, streams: failing, backoff, onError })
    const run = ingest.run()
    source.push({ events: events(1, 3), seq: 3 })
    source.end()
    await run
    assert.deepEqual(await seqs(), [1, 2, 3])
    const full = new Error('database or disk is full')
    assert.deepEqual(errors, [
      [full, full],
      [full, full],
    ])
    assert.equal(ingest.failure, undefined)
  })

  it('gives up what cannot be written when it is told to stop, and leaves the cursor where it was', async () => {
    const { streams, source } = setUp()
    const stop = new AbortController()
    const failing = withAppend(streams, async () => {
      throw new Error('database or disk is full')
    })
    const run = new Ingest({ source, host, streams: failing, lingerMs: 0, onError: () => stop.abort() }).run(
      stop.signal,
    )
    source.push({ events: events(1, 3), seq: 3 })
    source.end()
    await assert.rejects(run, /disk is full/)
    assert.equal(await streams.cursor(host), undefined)
  })

  it('writes what it has when it is told to stop at the high-water mark', async () => {
    const { streams, source, seqs } = setUp()
    const stop = new AbortController()
    const ingest = new Ingest({ source, host, streams, highWater: 1, lingerMs: 0, batchEvents: 2 })
    const run = ingest.run(stop.signal)
    source.push({ events: events(1, 2), seq: 2 })
    source.push({ events: events(3, 4), seq: 4 })
    await until(async () => ingest.isHeldBack)
    source.end()
    stop.abort()
    await run
    assert.deepEqual(await seqs(), [1, 2, 3, 4])
  })

  it('saves with the cursor when its event was first sent', async () => {
    const { streams, source } = setUp()
    const run = new Ingest({ source, host, streams }).run()
    source.push({ events: events(1, 3), seq: 3, timeMs: 33 })
    source.end()
    await run
    assert.deepEqual(await streams.cursor(host), { host, seq: 3, timeMs: 33 })
  })

  it('tells of a gap after everything before it is written, and before anything after it is', async () => {
    const { streams, source, seqs } = setUp()
    const known: unknown[] = []
    let failures = 1
    const onGap = async (gap: string) => {
      known.push([gap, (await streams.cursor(host))?.seq, await streams.length(firehoseLive)])
      if (failures-- > 0) throw new Error('database is locked')
    }
    const backoff = { firstMs: 1, maxMs: 1 }
    const slow = withAppend(streams, async (...args) => {
      await setImmediate()
      return streams.append(...args)
    })
    const run = new Ingest({ source, host, streams: slow, lingerMs: 1e9, backoff, onGap }).run()
    source.push({ events: events(1, 3), seq: 3 })
    source.push({ events: events(8, 9), seq: 9, gap: 'outdated' })
    source.push({ events: events(1, 1), seq: 1, gap: 'reset' })
    source.end()
    await run
    assert.deepEqual(known, [
      ['outdated', 3, 3],
      ['outdated', 3, 3],
      ['reset', 9, 5],
    ])
    assert.deepEqual(await seqs(), [1, 2, 3, 8, 9, 1])
  })

  it('writes what it has when the source fails, then fails the same way', async () => {
    const { streams, source, seqs } = setUp()
    const run = new Ingest({ source, host, streams }).run()
    source.push({ events: events(1, 2), seq: 2 })
    source.end(new Error('another protocol'))
    await assert.rejects(run, /another protocol/)
    assert.deepEqual(await seqs(), [1, 2])
  })
})

function setUp() {
  const streams = new SqliteStreams({ database: new Database() })
  const read = async () => {
    const fresh = await streams.read(firehoseLive, `reader ${Math.random()}`, 1000)
    return fresh.map(({ payload }) => decodeEvent(payload).seq)
  }
  const written = (count: number) => until(async () => (await streams.length(firehoseLive)) === count)
  return { streams, source: new Source(), seqs: read, written }
}

function withAppend(
  streams: Streams,
  append: Streams['append'],
): Pick<Streams, 'append' | 'length' | 'drained'> {
  return {
    append,
    length: (stream) => streams.length(stream),
    drained: (stream, length, signal) => streams.drained(stream, length, signal),
  }
}

/** Hands over what is pushed, when asked. */
class Source implements AsyncIterable<SourceBatch> {
  readonly #batches: SourceBatch[] = []
  #ended: { readonly error?: Error } | undefined
  #wake = () => {}

  get isDrained(): boolean {
    return this.#batches.length === 0
  }

  push(batch: SourceBatch): void {
    this.#batches.push(batch)
    this.#wake()
  }

  end(error?: Error): void {
    this.#ended = error === undefined ? {} : { error }
    this.#wake()
  }

  async *[Symbol.asyncIterator](): AsyncIterator<SourceBatch> {
    for (;;) {
      const batch = this.#batches.shift()
      if (batch !== undefined) yield batch
      else if (this.#ended?.error !== undefined) throw this.#ended.error
      else if (this.#ended !== undefined) return
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
    }
  }
}

function events(from: number, to: number): readonly RepoEvent[] {
  return numbers(from, to).map((seq) => ({
    kind: 'commit',
    did: 'did:plc:alice',
    seq,
    timeMs: seq,
    rev: `3k${seq}`,
    data: 'bafy',
    operations: ['a', 'b'].map((rkey) => ({ op: 'delete', collection: 'a.b.c', rkey })),
  }))
}

function numbers(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i)
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await setImmediate()
}
