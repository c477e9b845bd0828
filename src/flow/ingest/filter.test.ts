import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Did } from '../../model/did.ts'
import { SetupError } from '../../model/errors.ts'
import type { RepoEvent } from '../../model/event.ts'
import { createFilter, type FilterOptions } from './filter.ts'
import { KeptCollections } from './kept-collections.ts'
import { KeptRepos } from './kept-repos.ts'

const alice = 'did:plc:alice'
const bob: Did = 'did:plc:bob'

describe('createFilter', () => {
  const collections = [
    'app.bsky.feed.post',
    'app.bsky.feed.like',
    'app.bsky.feedback.thing',
    'com.example.thing',
  ]
  const cases: readonly (readonly [Filtering, kept: readonly string[]])[] = [
    [{}, collections],
    [keeping(['*']), collections],
    [keeping(['com.example.thing', '*']), collections],
    [keeping(['app.bsky.feed.*']), collections.slice(0, 2)],
    [keeping(['app.bsky.*', 'com.example.other']), collections.slice(0, 3)],
    [keeping(['com.example.thing']), collections.slice(3)],
    [keeping(['app.*']), collections.slice(0, 3)],
    [{ repos: new KeptRepos({ dids: [alice] }) }, collections],
  ]
  for (const [options, kept] of cases) {
    const names = options.collections?.patterns ?? (options.repos ? 'its repo' : 'nothing')
    it(`keeps ${kept.length} of ${collections.length} collections with ${names}`, () => {
      const { event, filtered } = createFilter(options)(commit(collections))
      assert.ok(event?.kind === 'commit')
      assert.deepEqual(
        event.operations.map(({ collection }) => collection),
        kept,
      )
      assert.equal(filtered, collections.length - kept.length)
    })
  }

  it('keeps a commit of which nothing is left, because the next one continues it', () => {
    const { event, filtered } = createFilter(keeping(['com.example.other']))(commit(collections))
    assert.deepEqual(event, { ...commit(collections), operations: [] })
    assert.equal(filtered, 4)
  })

  it('filters out repos that were not asked for, and counts their operations', () => {
    const filter = createFilter({ repos: new KeptRepos({ dids: [bob] }) })
    assert.deepEqual(filter(commit(collections)), { filtered: 4 })
    const identity: RepoEvent = { kind: 'identity', did: alice, seq: 1, timeMs: 1 }
    assert.deepEqual(filter(identity), { filtered: 0 })
    const wanted: RepoEvent = { ...identity, did: bob }
    assert.deepEqual(filter(wanted), { event: wanted, filtered: 0 })
  })

  it('lets through what was refused or cannot be verified yet', () => {
    const filter = createFilter(keeping(['com.example.other']))
    const base = { did: alice, seq: 1, timeMs: 1, rev: '3k' } as const
    const events: readonly RepoEvent[] = [
      { ...base, kind: 'rejected', reason: 'key' },
      { ...base, kind: 'unverified', frame: new Uint8Array(9) },
    ]
    for (const event of events) assert.deepEqual(filter(event), { event, filtered: 0 })
  })

  it('follows the repos that are kept while it runs', () => {
    const repos = new KeptRepos()
    const filter = createFilter({ repos })
    const isKept = () => filter(commit(collections)).event !== undefined
    assert.equal(isKept(), true)
    repos.remove(alice)
    assert.equal(isKept(), false)
    repos.add(alice)
    assert.equal(isKept(), true)
  })

  it('follows a change of what is kept', () => {
    const kept = new KeptCollections(['com.example.*'])
    const filter = createFilter({ collections: kept })
    const filtered = () => filter(commit(collections)).filtered
    assert.equal(filtered(), 3)
    kept.set([])
    assert.equal(filtered(), 0)
    assert.throws(() => kept.set(['post']), SetupError)
    assert.deepEqual(kept.patterns, [])
  })

  for (const pattern of [
    '',
    'post',
    'app.bsky',
    '*.post',
    'app.*.post',
    '.*',
    'app bsky.feed.*',
    'app.bsky.feed.post/x',
  ]) {
    it(`refuses the pattern "${pattern}"`, () => {
      assert.throws(() => keeping([pattern]), SetupError)
    })
  }
})

type Filtering = FilterOptions & { readonly collections?: KeptCollections }

function keeping(patterns: readonly string[]): Filtering {
  return { collections: new KeptCollections(patterns) }
}

function commit(collections: readonly string[]): RepoEvent {
  return {
    kind: 'commit',
    did: alice,
    seq: 1,
    timeMs: 1,
    rev: '3k',
    data: 'bafy',
    operations: collections.map((collection) => ({ op: 'delete', collection, rkey: 'x' })),
  }
}
