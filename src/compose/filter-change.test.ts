import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { Indexer, indexerGroup } from '../flow/indexing/indexer.ts'
import { alice, commit, post } from '../flow/indexing/testing/events.ts'
import { KeptRepos } from '../flow/ingest/kept-repos.ts'
import { encodeEvent } from '../model/event-bytes.ts'
import { Database } from '../state/database.ts'
import { SqliteSearch } from '../state/search/sqlite.ts'
import { SqliteStorage } from '../state/storage/sqlite.ts'
import { SqliteStreams } from '../state/streams/sqlite.ts'
import { firehoseLive } from '../state/streams/streams.ts'
import { applyFilterChanges, beginCollections } from './filter-change.ts'

describe('a filter that was changed and changed back', () => {
  it('has what was left out meanwhile fetched again, though the change was never applied to its end', async () => {
    const node = open()
    await node.apply([post])
    await node.append(commit('r1', ['empty', 'A'], '+a'))
    await node.index()
    await node.synced()
    await node.begin(['app.bsky.actor.profile'])
    // Killed here, and started with the filter of before.
    await node.begin([post])
    await node.follow([post])
    assert.equal((await node.repo())?.desync?.reason, 'filter')
    await node.synced()
    await node.follow([post])
    assert.equal((await node.repo())?.content, 'synced')
  })

  it('removes what was let in meanwhile', async () => {
    const node = open()
    await node.apply(['app.bsky.actor.profile'])
    await node.begin([post])
    await node.append(commit('r1', ['empty', 'A'], '+a'))
    await node.index()
    await node.begin(['app.bsky.actor.profile'])
    await node.follow(['app.bsky.actor.profile'])
    assert.deepEqual(await node.seen(), { records: [], hits: [] })
  })
})

describe('a filter that keeps fewer collections than before', () => {
  it('leaves neither records nor what is found by their text, nor what was on its way', async () => {
    const node = open()
    await node.apply([])
    await node.append(commit('r1', ['empty', 'A'], '+a'))
    await node.index()
    assert.deepEqual(await node.seen(), { records: ['a'], hits: ['a'] })
    // It was kept by the filter of before, and is indexed when the node has begun with the new one.
    await node.append(commit('r2', ['A', 'B'], '+b'))
    const applying = node.apply(['app.bsky.actor.profile'])
    await node.index()
    await applying
    assert.deepEqual(await node.seen(), { records: [], hits: [] })
  })

  it('leaves what it keeps', async () => {
    const node = open()
    await node.append(commit('r1', ['empty', 'A'], '+a'))
    await node.index()
    await node.apply([])
    await node.apply([post])
    assert.deepEqual(await node.seen(), { records: ['a'], hits: ['a'] })
  })
})

function open() {
  const database = new Database()
  const streams = new SqliteStreams({ database })
  const storage = new SqliteStorage({ database })
  const search = new SqliteSearch({ database })
  const indexer = new Indexer({ streams, storage, search })
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  const index = () => indexer.run(AbortSignal.abort())
  const apply = (collections: readonly string[]) =>
    applyFilterChanges(
      {
        ...{ collections, dids: [], kept: new KeptRepos(), group: indexerGroup, log },
        stores: { storage, search, streams },
      },
      new AbortController().signal,
    )
  return {
    append: (event: ReturnType<typeof commit>) => streams.append(firehoseLive, [encodeEvent(event)]),
    index,
    apply,
    /** Applies a change, and whatever comes of it, to its end. */
    async follow(collections: readonly string[]) {
      let isApplied = false
      const applying = apply(collections).finally(() => {
        isApplied = true
      })
      for (; !isApplied; await setImmediate()) await index()
      await applying
      await index()
    },
    begin: (collections: readonly string[]) => beginCollections(storage, collections),
    repo: () => storage.getRepo(alice),
    /** A sync run would have done that. */
    async synced() {
      const repo = await storage.getRepo(alice)
      assert.ok(repo)
      const { desync: _, ...rest } = repo
      await storage.apply([{ repo: { ...rest, status: 'synced', content: 'synced' } }])
    },
    async seen() {
      const { records } = await storage.query({ did: alice, limit: 10 })
      const { hits } = await search.query({ text: 'tide', limit: 10 })
      return { records: records.map(({ rkey }) => rkey), hits: hits.map(({ rkey }) => rkey) }
    },
  }
}
