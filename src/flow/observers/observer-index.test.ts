import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { atOnce } from '../../model/time-slices.ts'
import type { When } from './definition.ts'
import { ObserverIndex } from './observer-index.ts'
import { alice, bob, event, type Made } from './testing/events.ts'
import { tryEvent } from './trial.ts'

const rows: readonly { readonly when: When; readonly of?: Made; readonly matches: boolean }[] = [
  { when: {}, matches: true },
  { when: {}, of: { operation: 'delete' }, matches: true },
  { when: { collection: ['*'] }, matches: true },
  { when: { collection: ['app.bsky.feed.post'] }, matches: true },
  { when: { collection: ['app.bsky.feed.*'] }, matches: true },
  { when: { collection: ['app.*'] }, matches: true },
  { when: { collection: ['app.bsky.fee.*'] }, matches: false },
  { when: { collection: ['app.bsky.feed.post.*'] }, matches: false },
  { when: { collection: ['app.bsky.feed.like'] }, matches: false },
  { when: { did: [alice] }, matches: true },
  { when: { did: [bob] }, matches: false },
  { when: { collection: ['app.bsky.feed.*'], did: [bob, alice] }, matches: true },
  { when: { operation: ['update', 'delete'] }, matches: false },
  { when: { operation: ['delete'] }, of: { operation: 'delete' }, matches: true },
  { when: { record: { field: 'text', contains: 'tide' } }, matches: true },
  { when: { record: { field: 'text', contains: 'ebb' } }, matches: false },
  { when: { record: { field: 'text', exists: false } }, of: { operation: 'delete' }, matches: false },
]

describe('the index of observers', () => {
  for (const { when, of, matches } of rows) {
    it(`${matches ? 'finds' : 'leaves out'} ${JSON.stringify(when)} for ${of?.operation ?? 'a post'}`, async () => {
      const index = new ObserverIndex([{ name: 'one', when }])
      const found = index.match(event(of))
      assert.deepEqual(atOnce(index.matchInSteps(event(of))), found)
      assert.deepEqual(
        found.map(({ name }) => name),
        matches ? ['one'] : [],
      )
      // What says why an observer does not match must agree with what decides it.
      const [verdict] = await tryEvent([{ name: 'one', when, actions: ['log'] }], event(of))
      assert.equal(verdict?.matches, matches)
    })
  }

  it('finds an observer once whose patterns overlap', () => {
    const when = { collection: ['app.bsky.feed.post', 'app.bsky.feed.*', 'app.bsky.*'], did: [alice, alice] }
    assert.equal(new ObserverIndex([{ name: 'one', when }]).match(event()).length, 1)
  })

  it('does not decode the record for observers of other collections and repos', () => {
    const index = new ObserverIndex([
      {
        name: 'elsewhere',
        when: { collection: ['app.bsky.feed.like'], record: { field: 'a', exists: true } },
      },
      { name: 'other', when: { did: [bob], record: { field: 'a', exists: true } } },
    ])
    const unreadable = Object.defineProperty(event(), 'bytes', {
      get: () => assert.fail('the record was read'),
    })
    assert.deepEqual(index.match(unreadable), [])
    assert.equal(index.concerns(event()), false)
  })
})
