import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { StoredRecord } from '../../model/record.ts'
import type { When } from './definition.ts'
import { alice, bob, event, type Made } from './testing/events.ts'
import { replay, tryEvent } from './trial.ts'

const rows: readonly { readonly when: When; readonly of?: Made; readonly fails?: keyof When }[] = [
  { when: { collection: ['app.bsky.feed.like'], did: [bob] }, fails: 'collection' },
  { when: { did: [bob], operation: ['delete'] }, fails: 'did' },
  { when: { operation: ['delete'] }, fails: 'operation' },
  { when: { record: { field: 'text', contains: 'ebb' } }, fails: 'record' },
  { when: { record: { field: 'text', exists: false } }, of: { operation: 'delete' }, fails: 'record' },
  { when: { did: [alice], record: { field: 'text', contains: 'tide' } } },
]

describe('a trial', () => {
  for (const { when, of, fails } of rows)
    it(`says of ${JSON.stringify(when)}: ${fails ?? 'all'} ${fails ? 'does not fit' : 'fits'}`, async () => {
      assert.deepEqual(await tryEvent([{ name: 'one', when, actions: ['log'] }], event(of)), [
        fails === undefined
          ? { observer: 'one', matches: true, actions: ['log'] }
          : { observer: 'one', matches: false, fails, actions: [] },
      ])
    })
})

describe('a replay', () => {
  const stored = (at: number) => ({ ...event({ rkey: `${at}` }), indexedAtMs: at }) as unknown as StoredRecord
  const records = async function* () {
    for (let at = 1; at <= 30; at++) yield stored(at)
  }
  const isHidden = async () => false
  const observers = [
    { name: 'posts', when: { collection: ['app.bsky.feed.post'], operation: ['create' as const] } },
    { name: 'likes', when: { collection: ['app.bsky.feed.like'] } },
  ]

  it('counts what has come since, with the first as examples', async () => {
    const { observers: found, ...rest } = await replay({
      observers,
      records: records(),
      isHidden,
      sinceMs: 11,
    })
    assert.deepEqual(rest, { records: 20, isComplete: true })
    const uri = (rkey: number) => `at://${alice}/app.bsky.feed.post/${rkey}`
    assert.deepEqual(found, [
      { observer: 'posts', events: 20, examples: Array.from({ length: 10 }, (_, n) => uri(n + 11)) },
      { observer: 'likes', events: 0, examples: [] },
    ])
  })

  it('leaves out what is hidden', async () => {
    const found = await replay({ observers, records: records(), isHidden: async () => true, sinceMs: 0 })
    assert.deepEqual(
      found.observers.map(({ events, examples }) => [events, examples]),
      [
        [0, []],
        [0, []],
      ],
    )
  })

  it('ends in time where nothing is new', async () => {
    const late = { observers, records: records(), isHidden, sinceMs: 1000, forMs: -1 }
    assert.equal((await replay(late)).isComplete, false)
  })

  it('gives others their turns while many patterns judge one record, and is cut short there as well', async () => {
    const stop = new AbortController()
    setImmediate(() => setImmediate(() => stop.abort()))
    const patterns = Array.from({ length: 20 }, () => ({ field: 'text', matches: 'never' }))
    const { isComplete, records } = await replay({
      observers: [{ name: 'one', when: { record: { any: patterns } } }],
      records: (async function* () {
        yield stored(1)
      })(),
      isHidden,
      sinceMs: 0,
      sliceMs: 0,
      signal: stop.signal,
    })
    assert.deepEqual({ isComplete, records }, { isComplete: false, records: 0 })
  })

  it('says where it was cut short', async () => {
    const stop = new AbortController()
    const cut = async function* () {
      yield* [stored(1), stored(2)]
      stop.abort()
      yield stored(3)
    }
    const { records, isComplete } = await replay({
      observers,
      records: cut(),
      isHidden,
      sinceMs: 0,
      signal: stop.signal,
    })
    assert.deepEqual({ records, isComplete }, { records: 2, isComplete: false })
  })

  it('takes no longer where all records are too old', async () => {
    let seen = 0
    const endless = async function* () {
      for (; ; seen++) yield stored(1)
    }
    const { isComplete } = await replay({ observers, records: endless(), isHidden, sinceMs: 2, forMs: 20 })
    assert.equal(isComplete, false)
    assert.ok(seen > 0)
  })
})
