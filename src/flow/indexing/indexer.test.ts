import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { InvalidError } from '../../model/errors.ts'
import type { RepoEvent } from '../../model/event.ts'
import { encodeEvent } from '../../model/event-bytes.ts'
import { Database } from '../../state/database.ts'
import { SqliteSearch } from '../../state/search/sqlite.ts'
import { SqliteStorage } from '../../state/storage/sqlite.ts'
import type { RepoChange, Storage } from '../../state/storage/storage.ts'
import { SqliteStreams } from '../../state/streams/sqlite.ts'
import { firehoseLive, type Streams } from '../../state/streams/streams.ts'
import { Indexer, type IndexerErrorKind, type IndexerOptions, indexerGroup } from './indexer.ts'
import type { Tally } from './tally.ts'
import { account, alice, bob, commit } from './testing/events.ts'
import { unverified } from './testing/steps.ts'

describe('Indexer', () => {
  it('applies what is in the stream to storage and search, and acknowledges it', async () => {
    const { append, run, streams, storage, search } = setUp()
    await append(commit('r1', ['empty', 'A'], '+a +b'), commit('r2', ['A', 'B'], '-a ~b'), account(true))
    await run()
    const { records } = await storage.query({ limit: 10 })
    assert.deepEqual(
      records.map(({ rkey, rev }) => `${rkey}:${rev}`),
      ['b:r2'],
    )
    const { hits } = await search.query({ text: 'tide r2', limit: 10 })
    assert.deepEqual(
      hits.map(({ rkey }) => rkey),
      ['b'],
    )
    assert.equal(await streams.pending(firehoseLive, indexerGroup), 0)
    assert.equal(await streams.length(firehoseLive), 0)
  })

  it('applies to search first and to storage next, and acknowledges last', async () => {
    const { append, streams, storage } = setUp()
    await append(commit('r1', ['empty', 'A'], '+a'))
    const calls: string[] = []
    const indexer = new Indexer({
      streams: {
        read: (...args) => streams.read(...args),
        readable: (...args) => streams.readable(...args),
        acknowledge: async () => void calls.push('acknowledge'),
      },
      storage: {
        ...reading(storage),
        apply: async () => void calls.push('storage'),
      },
      search: { apply: async () => void calls.push('search') },
    })
    await indexer.run(AbortSignal.abort())
    assert.deepEqual(calls, ['search', 'storage', 'acknowledge'])
  })

  it('wakes up when something is appended', async () => {
    const { append, indexer, storage } = setUp()
    const stop = new AbortController()
    const running = indexer().run(stop.signal)
    for (const [rev, to] of [
      ['r1', 'A'],
      ['r2', 'B'],
      ['r3', 'C'],
    ] as const) {
      await setImmediate()
      await append(commit(rev, [undefined, to], '+a'))
      while ((await storage.repos([alice])).get(alice)?.rev !== rev) await setImmediate()
    }
    stop.abort()
    await running
  })

  it('indexes what was appended just before it is told to stop', async () => {
    const { append, streams, storage, search } = setUp()
    const stop = new AbortController()
    const read: Streams['read'] = async (...args) => {
      const entries = await streams.read(...args)
      if (!stop.signal.aborted) {
        await append(commit('r1', ['empty', 'A'], '+a'))
        stop.abort()
      }
      return entries
    }
    const watched = {
      read,
      readable: streams.readable.bind(streams),
      acknowledge: streams.acknowledge.bind(streams),
    }
    await new Indexer({ streams: watched, storage, search }).run(stop.signal)
    assert.equal(await streams.pending(firehoseLive, indexerGroup), 0)
  })

  it('indexes what is left when it is told to stop, batch by batch', async () => {
    const { append, run, streams, tallies } = setUp({ batchEntries: 3 })
    for (let i = 0; i < 10; i++) await append(commit(`r${i}`, [undefined, `${i}`], '+a'))
    await run()
    assert.equal(await streams.pending(firehoseLive, indexerGroup), 0)
    assert.deepEqual(
      tallies.map(({ events }) => events.create),
      [3, 3, 3, 1],
    )
  })

  it('leaves what it has no time for when it is told to stop', async () => {
    const { append, run, streams } = setUp({ drainMs: 0 })
    await append(commit('r1', ['empty', 'A'], '+a'))
    await run()
    assert.equal(await streams.pending(firehoseLive, indexerGroup), 1)
  })

  it('drops what has waited longest where more waits than may, and marks its repos', async () => {
    const told: string[] = []
    const { append, run, storage, tallies } = setUp({
      totalLimits: { events: 3, bytes: 1_000_000 },
      onDesync: (did, reason) => told.push(`${did} ${reason}`),
    })
    const of = (name: string, ...revs: readonly string[]) =>
      revs.map((rev) => ({
        ...unverified(commit(rev, ['A', rev], '+b'), 'key'),
        did: `did:web:${name}` as const,
      }))
    await append(commit('r1', ['empty', 'A'], '+a'), unverified(commit('r2', ['A', 'B'], '+b'), 'key'))
    await append(...of('old.test', 'r1', 'r2'))
    await run()
    assert.equal((await storage.totals()).heldEvents, 3)
    await append(...of('new.test', 'r1', 'r2'))
    await run()
    const repo = await storage.getRepo(alice)
    assert.deepEqual([repo?.status, repo?.desync?.reason, repo?.held], ['desync', 'key', undefined])
    assert.equal((await storage.getRepo('did:web:old.test'))?.held, undefined)
    assert.equal((await storage.getRepo('did:web:new.test'))?.held, 2)
    assert.deepEqual(told, [`${alice} key`])
    assert.equal(
      tallies.reduce((sum, { overflowed }) => sum + overflowed.all, 0),
      3,
    )
  })

  it('skips entries that are not events, and reports each', async () => {
    const { append, run, streams, storage, errors } = setUp()
    await append(commit('r1', ['empty', 'A'], '+a'))
    await streams.append(firehoseLive, [
      new Uint8Array(),
      Buffer.from('poison'),
      Buffer.from([1, 255, 255, 255, 255]),
    ])
    await append(commit('r2', ['A', 'B'], '+b'))
    await run()
    assert.equal((await storage.totals()).records, 2)
    assert.deepEqual(errors, ['unexpected', 'unexpected', 'unexpected'])
    assert.equal(await streams.pending(firehoseLive, indexerGroup), 0)
  })

  it('reports records of deleted accounts as expected errors', async () => {
    const { append, run, errors } = setUp()
    await append(account(false, 'deleted'), commit('r1', ['empty', 'A'], '+a'))
    await run()
    assert.deepEqual(errors, ['expected'])
  })

  const spoiling: readonly (readonly [name: string, error: Error, kind: IndexerErrorKind])[] = [
    ['that the storage refuses', new InvalidError('not storable'), 'expected'],
    ['that it has a bug with', new TypeError('x is not a function'), 'unexpected'],
  ]
  for (const [name, error, kind] of spoiling) {
    it(`skips an event ${name}, and no other of its batch`, async () => {
      const setup = setUp({}, (storage, changes) => {
        if (changes.some(({ repo }) => repo.did === bob)) throw error
        return storage.apply(changes)
      })
      const { append, run, streams, storage, errors, tallies } = setup
      await append(
        commit('r1', ['empty', 'A'], '+a'),
        commit('r1', ['empty', 'A'], '+a', bob),
        commit('r2', ['A', 'B'], '+b'),
      )
      await run()
      assert.deepEqual(
        (await storage.query({ limit: 9 })).records.map(({ did, rkey }) => [did, rkey]),
        [
          [alice, 'a'],
          [alice, 'b'],
        ],
      )
      assert.deepEqual(errors, [kind])
      assert.equal(
        tallies.reduce((sum, { writes }) => sum + writes, 0),
        2,
      )
      assert.equal(await streams.pending(firehoseLive, indexerGroup), 0)
    })
  }

  it('repeats a batch until it can be applied, and counts what it did once', async () => {
    let failures = 2
    const backoff = { firstMs: 1, maxMs: 1 }
    const { append, indexer, storage, errors, tallies } = setUp({ backoff }, (inner, changes) => {
      if (failures-- > 0) throw new Error('database or disk is full')
      return inner.apply(changes)
    })
    await append(commit('r1', ['empty', 'A'], '+a'))
    const stop = new AbortController()
    const running = indexer().run(stop.signal)
    while ((await storage.totals()).records === 0) await setImmediate()
    stop.abort()
    await running
    assert.deepEqual(errors, ['unexpected', 'unexpected'])
    assert.deepEqual(
      tallies.map(({ writes }) => writes),
      [1],
    )
  })

  it('keeps in the stream what cannot be applied by the time it is told to stop', async () => {
    const stop = new AbortController()
    const { append, indexer, streams } = setUp({ onError: () => stop.abort() }, () => {
      throw new Error('database or disk is full')
    })
    await append(commit('r1', ['empty', 'A'], '+a'))
    await indexer().run(stop.signal)
    assert.equal(await streams.pending(firehoseLive, indexerGroup), 1)
  })

  it('applies nothing twice when it could not acknowledge', async () => {
    const { append, run, streams, storage, database, tallies } = setUp()
    await append(commit('r1', ['empty', 'A'], '+a +b'), commit('r2', ['A', 'B'], '-a'))
    const failures: unknown[] = []
    const stop = new AbortController()
    const failing: Pick<Streams, 'read' | 'readable' | 'acknowledge'> = {
      read: (...args) => streams.read(...args),
      readable: (...args) => streams.readable(...args),
      acknowledge: async () => {
        throw new Error('stream is gone')
      },
    }
    const onAckFailure = (error: unknown) => {
      failures.push(error)
      stop.abort()
    }
    const search = new SqliteSearch({ database })
    await new Indexer({ streams: failing, storage, search, onAckFailure }).run(stop.signal)
    assert.equal(failures.length, 1)
    assert.equal(await streams.pending(firehoseLive, indexerGroup), 2)
    database.sqlite.exec(`CREATE TABLE written (id); CREATE TRIGGER note AFTER UPDATE ON record BEGIN INSERT INTO written VALUES (new.id); END;
      CREATE TRIGGER note2 AFTER INSERT ON record BEGIN INSERT INTO written VALUES (new.id); END`)
    await run(new SqliteStreams({ database }))
    assert.equal(database.sqlite.prepare('SELECT count(*) AS count FROM written').get()?.count, 0)
    assert.deepEqual(
      (await storage.query({ limit: 9 })).records.map(({ rkey }) => rkey),
      ['b'],
    )
    assert.equal(
      tallies.reduce((sum, { stale }) => sum + stale, 0),
      3,
    )
  })

  it('lets other work have its turn between batches', async () => {
    const { append, run } = setUp({ batchEntries: 1 })
    for (let i = 0; i < 20; i++) await append(commit(`r${10 + i}`, [undefined, `${i}`], '+a'))
    let turns = 0
    const immediates = (async () => {
      for (let i = 0; i < 20; i++) {
        await setImmediate()
        turns++
      }
    })()
    await run()
    assert.ok(turns >= 19, `${turns} turns`)
    await immediates
  })
})

function setUp(
  options: Partial<IndexerOptions> = {},
  apply: (storage: Storage, changes: readonly RepoChange[]) => Promise<void> = (storage, changes) =>
    storage.apply(changes),
) {
  const database = new Database()
  const streams = new SqliteStreams({ database })
  const storage = new SqliteStorage({ database })
  const search = new SqliteSearch({ database })
  const errors: IndexerErrorKind[] = []
  const tallies: Tally[] = []
  const indexer = (from = streams) =>
    new Indexer({
      streams: from,
      storage: { ...reading(storage), apply: async (changes) => apply(storage, changes) },
      search,
      onError: (kind) => errors.push(kind),
      onApply: (tally) => tallies.push(tally),
      ...options,
    })
  return {
    database,
    streams,
    storage,
    search,
    errors,
    tallies,
    indexer,
    append: (...events: readonly RepoEvent[]) => streams.append(firehoseLive, events.map(encodeEvent)),
    /** Indexes what is there. */
    run: (from = streams) => indexer(from).run(AbortSignal.abort()),
  }
}

function reading(storage: Storage): Pick<Storage, 'repos' | 'held' | 'withHeld' | 'heldBeyond'> {
  return {
    repos: (dids) => storage.repos(dids),
    held: (did, limit) => storage.held(did, limit),
    withHeld: (after, limit) => storage.withHeld(after, limit),
    heldBeyond: (limits) => storage.heldBeyond(limits),
  }
}
