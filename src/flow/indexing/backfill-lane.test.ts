import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { BackfillEntry } from '../../model/backfill.ts'
import { encodeBackfillEntry } from '../../model/backfill-bytes.ts'
import type { Did } from '../../model/did.ts'
import { InvalidError } from '../../model/errors.ts'
import type { RepoEvent } from '../../model/event.ts'
import { encodeEvent } from '../../model/event-bytes.ts'
import { Database } from '../../state/database.ts'
import { SqliteSearch } from '../../state/search/sqlite.ts'
import { SqliteStorage } from '../../state/storage/sqlite.ts'
import type { RepoChange } from '../../state/storage/storage.ts'
import { SqliteStreams } from '../../state/streams/sqlite.ts'
import { firehoseBackfill, firehoseLive } from '../../state/streams/streams.ts'
import { Indexer, type IndexerErrorKind, type IndexerOptions, indexerGroup } from './indexer.ts'
import { account, alice, bob, commit } from './testing/events.ts'
import { begin, confirm, end, key, lapse, part, unveil, unverified, verifyFrame } from './testing/steps.ts'

const first = commit('r1', ['empty', 'A'], '+a')
const second = commit('r2', ['A', 'B'], '+b')

describe('the stream of sync runs', () => {
  it('has its turn after each batch of live events, and the other way round', async () => {
    const { live, backfill, run, applied } = setUp({ batchEntries: 1 })
    // Parts of different trees, which are not applied together.
    await backfill(begin(), part('r1', 'A', 'a'), part('r1', 'B', 'b'))
    for (let i = 0; i < 3; i++) await live(commit(`r${i}`, [undefined, `${i}`], '+a', bob))
    await run()
    assert.deepEqual(
      applied.map(([change]) => change?.repo.did),
      [bob, alice, bob, alice, bob, alice],
    )
  })

  it('is applied in slices, with parts that follow one another and small steps of different repos together', async () => {
    const { backfill, run, applied, storage } = setUp()
    const big = Array.from({ length: 300 }, (_, i) => `k${1000 + i}`).join(' ')
    const others = Array.from({ length: 9 }, (_, i): Did => `did:plc:other${i}`)
    await backfill(begin(), ...['k', 'l', 'm'].map((letter) => part('r1', 'A', big.replaceAll('k', letter))))
    await backfill(...others.map((did): BackfillEntry => ({ kind: 'begin', did, ticket: 'one' })))
    await run()
    assert.deepEqual(
      applied.map((changes) => [changes.length, changes[0]?.stage?.puts.length ?? 0]),
      [
        [1, 0],
        [1, 600],
        [10, 300],
      ],
    )
    await backfill(unveil('r1', 'A'))
    await run()
    assert.equal((await storage.totals()).records, 900)
  })

  it('names many repos in slices', async () => {
    const { backfill, run, applied, storage } = setUp()
    const dids = Array.from({ length: 1200 }, (_, i): Did => `did:plc:other${i}`)
    await backfill({ kind: 'lapse', dids, reason: 'gap' })
    await run()
    assert.deepEqual(
      applied.map((changes) => changes.length),
      [500, 500, 200],
    )
    assert.equal((await storage.totals()).reposByStatus.pending, 1200)
  })

  it('is acknowledged when what has waited is applied, slice by slice', async () => {
    const { live, backfill, run, pending, storage, acknowledged } = setUp()
    await live(first)
    await backfill(begin())
    await run()
    for (let i = 2; i < 252; i++) {
      await live(commit(`r${i + 1000}`, [i === 2 ? 'A' : `${i - 1}`, `${i}`], '+b'))
    }
    await run()
    assert.equal((await storage.getRepo(alice))?.held, 250)
    acknowledged.length = 0
    await backfill(end('r1', 'A', ''))
    await run()
    assert.deepEqual(acknowledged, [{ stream: firehoseBackfill, held: 0 }])
    const repo = await storage.getRepo(alice)
    assert.deepEqual([repo?.status, repo?.rev], ['synced', 'r1251'])
    assert.equal(await pending(), 0)
  })

  it('is drained on, after a crash, though its entry is void by then', async () => {
    const { live, backfill, run, crashAt, storage } = setUp()
    await live(first)
    await backfill(begin())
    await run()
    for (let i = 2; i < 252; i++) {
      await live(commit(`r${i + 1000}`, [i === 2 ? 'A' : `${i - 1}`, `${i}`], '+b'))
    }
    await run()
    await backfill(end('r1', 'A', ''))
    // The end itself, one slice, and no more.
    await crashAt(3)
    const held = (await storage.getRepo(alice))?.held ?? 0
    assert.ok(held > 0 && held < 250, `${held} wait`)
    await run()
    const repo = await storage.getRepo(alice)
    assert.deepEqual([repo?.status, repo?.rev, repo?.held], ['synced', 'r1251', undefined])
  })

  it('asks again for keys after a start', async () => {
    const unverifiedDids: Did[] = []
    const { live, run } = setUp({ onUnverified: (did) => unverifiedDids.push(did) })
    await live(first, unverified(second, 'new'))
    await run()
    unverifiedDids.length = 0
    await run()
    assert.deepEqual(unverifiedDids, [alice])
  })

  it('does not tell of a gap before the events that came before it are applied', async () => {
    const { live, backfill, run, storage } = setUp({ batchEntries: 1 })
    await live(first)
    await run()
    const after = await live(second, commit('r3', ['B', 'C'], '+c'))
    await backfill(lapse('gap', after))
    await run()
    const repo = await storage.getRepo(alice)
    assert.deepEqual([repo?.status, repo?.rev], ['desync', 'r3'])
  })

  it('waits for live events that come while it is read', async () => {
    const { live, backfill, storage, indexer } = setUp()
    await live(first)
    await indexer().run(AbortSignal.abort())
    await backfill(lapse('gap', 2))
    const stop = new AbortController()
    const running = indexer({
      onApply: () => stop.abort(),
    }).run(stop.signal)
    await live(second)
    await running
    const repo = await storage.getRepo(alice)
    assert.deepEqual([repo?.status, repo?.rev], ['desync', 'r2'])
  })

  it('drops what comes of repos that are not tracked, and removes them all the same', async () => {
    const untracked = new Set<Did>()
    const ends: string[] = []
    const { live, backfill, run, storage } = setUp({
      isUntracked: (did) => untracked.has(did),
      onEnd: (_, ticket, outcome) => ends.push(`${ticket} ${outcome}`),
    })
    await live(first)
    await backfill(begin())
    await run()
    untracked.add(alice)
    await backfill(end('r2', 'B', '+b'), { kind: 'remove', did: alice })
    await live(second, account(true))
    await backfill(begin('two'), lapse(), confirm('r1', 9), key('new'))
    await run()
    assert.equal(await storage.getRepo(alice), undefined)
    assert.deepEqual(ends, ['ticket void'])
    untracked.clear()
    await live(commit('r3', ['B', 'C'], '+c'))
    await run()
    assert.equal((await storage.getRepo(alice))?.status, 'pending')
  })

  it('skips what is no entry, and reports it', async () => {
    const { backfill, run, append, pending, errors, storage } = setUp()
    await append(new Uint8Array(3))
    await backfill(begin())
    await append(new Uint8Array(3))
    await run()
    assert.deepEqual(errors, ['expected', 'expected'])
    assert.equal((await storage.getRepo(alice))?.status, 'syncing')
    assert.equal(await pending(), 0)
  })

  it('voids a run of which a part cannot be stored, and no other of its batch', async () => {
    const ends: string[] = []
    const { live, backfill, run, storage, errors } = setUp(
      { onEnd: (did, _, outcome) => ends.push(`${did === alice ? 'alice' : 'bob'} ${outcome}`) },
      (changes) => {
        if (changes.some(({ stage }) => stage !== undefined)) throw new InvalidError('not storable')
      },
    )
    await live(first)
    await backfill(begin(), { kind: 'begin', did: bob, ticket: 'bobs' })
    await run()
    await backfill({ ...end('r1', 'B', '+b', 'bobs'), did: bob }, part('r2', 'B', 'b'), unveil('r2', 'B'))
    await run()
    assert.deepEqual(errors, ['expected'])
    assert.deepEqual(ends.sort(), ['alice void', 'bob applied'])
    assert.equal((await storage.getRepo(alice))?.status, 'synced')
    assert.equal((await storage.getRepo(alice))?.rev, 'r1')
  })
})

describe('events that wait', () => {
  it('are dropped when there are too many, and the repo has a gap', async () => {
    const { live, run, storage, tallies } = setUp({ limits: { events: 3, bytes: 1e6 } })
    await live(first, unverified(second, 'new'))
    for (let i = 3; i < 7; i++) await live(commit(`r${i}`, [`${i - 1}`, `${i}`], '+c'))
    await run()
    const repo = await storage.getRepo(alice)
    assert.deepEqual([repo?.status, repo?.desync?.reason, repo?.held], ['desync', 'gap', undefined])
    assert.deepEqual([repo?.rev, repo?.data], ['r6', undefined])
    assert.equal(
      tallies.reduce((sum, { dropped }) => sum + dropped, 0),
      3,
    )
  })

  it('are dropped when they are too large, counted over a start', async () => {
    const large = (rev: string) => unverified(commit(rev, ['A', rev], '+b +c +d +e'), 'new')
    const bytes = encodeEvent(large('r2')).length * 2
    const { live, run, storage } = setUp({ limits: { events: 100, bytes } })
    await live(first, large('r2'))
    await run()
    await live(large('r3'))
    await run()
    assert.equal((await storage.getRepo(alice))?.held, 2)
    await live(large('r4'))
    await run()
    const repo = await storage.getRepo(alice)
    assert.deepEqual([repo?.held, repo?.desync?.reason, repo?.desync?.claimedRev], [1, 'gap', 'r3'])
  })

  it('are refused one by one when the storage does not take them, and the repo is out of sync', async () => {
    const { live, backfill, run, storage, errors } = setUp({}, (changes) => {
      if (changes.some(({ puts = [] }) => puts.some(({ rkey }) => rkey === 'b'))) throw new InvalidError('no')
    })
    await live(first)
    await backfill(begin())
    await run()
    await live(second, commit('r3', ['B', 'C'], '+c'))
    await backfill(end('r1', 'A', ''))
    await run()
    const repo = await storage.getRepo(alice)
    assert.deepEqual([repo?.status, repo?.rev, repo?.held], ['desync', 'r3', undefined])
    assert.deepEqual(errors, ['expected'])
  })
})

function setUp(
  options: Partial<IndexerOptions> = {},
  refuse: (changes: readonly RepoChange[]) => void = () => {},
) {
  const database = new Database()
  let streams = new SqliteStreams({ database })
  const storage = new SqliteStorage({ database })
  const search = new SqliteSearch({ database })
  const errors: IndexerErrorKind[] = []
  const applied: (readonly RepoChange[])[] = []
  const acknowledged: { readonly stream: string; readonly held: number }[] = []
  const tallies: Parameters<NonNullable<IndexerOptions['onApply']>>[0][] = []
  const indexer = (more: Partial<IndexerOptions> = {}) =>
    new Indexer({
      streams: {
        read: (...all) => streams.read(...all),
        readable: (...all) => streams.readable(...all),
        acknowledge: async (stream, group, id) => {
          acknowledged.push({ stream, held: (await storage.totals()).heldEvents })
          await streams.acknowledge(stream, group, id)
        },
      },
      storage: {
        repos: (dids) => storage.repos(dids),
        held: (did, limit) => storage.held(did, limit),
        withHeld: (after, limit) => storage.withHeld(after, limit),
        heldBeyond: (limits) => storage.heldBeyond(limits),
        apply: async (changes) => {
          refuse(changes)
          await storage.apply(changes)
          if (changes.length > 0) applied.push(changes)
        },
      },
      search,
      verifyFrame,
      onError: (kind) => errors.push(kind),
      onApply: (tally) => tallies.push(tally),
      ...options,
      ...more,
    })
  return {
    storage,
    errors,
    applied,
    acknowledged,
    tallies,
    indexer,
    live: (...events: readonly RepoEvent[]) => streams.append(firehoseLive, events.map(encodeEvent)),
    backfill: (...entries: readonly BackfillEntry[]) =>
      streams.append(
        firehoseBackfill,
        entries.map((entry) => encodeBackfillEntry(entry)),
      ),
    /** A process that indexes what is there. */
    run: async () => {
      streams = new SqliteStreams({ database })
      await indexer().run(AbortSignal.abort())
    },
    pending: () => streams.pending(firehoseBackfill, indexerGroup),
    append: (payload: Uint8Array) => streams.append(firehoseBackfill, [payload]),
    /** One that dies when it applies something for the third time, say. */
    crashAt: async (times: number) => {
      let left = times
      await new Promise<void>((resolve) => {
        const dying = {
          repos: (dids: readonly Did[]) => storage.repos(dids),
          held: (did: Did, limit: number) => storage.held(did, limit),
          withHeld: (after: Did | undefined, limit: number) => storage.withHeld(after, limit),
          heldBeyond: async () => [],
          apply: (changes: readonly RepoChange[]) => {
            if (--left > 0) return storage.apply(changes)
            resolve()
            return new Promise<void>(() => {})
          },
        }
        streams = new SqliteStreams({ database })
        void indexer({ storage: dying }).run(AbortSignal.abort())
      })
    },
  }
}
