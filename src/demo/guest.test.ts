import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkedRecord } from '../flow/local/checked-record.ts'
import { Guest, type GuestBook } from './guest.ts'

/** A book that keeps the paths that are written, and ends the visit after so many. */
function createBook(isKnown: boolean, most: number) {
  const stop = new AbortController()
  const there = new Set<string>()
  let writes = 0
  const book: GuestBook = {
    head: async () => (isKnown ? {} : undefined),
    put: async (key, value) => {
      await checkedRecord(key, value)
      there.add(`${key.collection}/${key.rkey}`)
      if (++writes === most) stop.abort()
    },
    delete: async ({ collection, rkey }) => assert.ok(there.delete(`${collection}/${rkey}`)),
  }
  return { book, there, signal: stop.signal, writes: () => writes }
}

const fail = (error: unknown) => assert.fail(String(error))

describe('Guest', () => {
  it('writes a handful where nobody has written, what fits its lexicon', async () => {
    const { book, there, signal } = createBook(false, 5)
    await new Guest(() => book, fail, { everyMs: 1e8 }).run(signal)
    const collections = [...there].map((path) => path.split('/')[0]).toSorted()
    assert.deepEqual(collections, ['app.bsky.actor.profile', ...Array<string>(3).fill('app.bsky.feed.post')])
  })

  it('goes on now and then, and keeps only so many posts', async () => {
    const { book, there, signal, writes } = createBook(true, 40)
    await new Guest(() => book, fail, { everyMs: 1, most: 7 }).run(signal)
    assert.equal(writes(), 40)
    assert.equal(there.size, 8)
  })

  it('tells what could not be written, and goes on', async () => {
    const errors: unknown[] = []
    const { book, signal } = createBook(false, 1)
    let isBroken = true
    const put: GuestBook['put'] = async (key, value) => {
      if (isBroken) {
        isBroken = false
        throw new Error('full')
      }
      await book.put(key, value)
    }
    await new Guest(
      () => ({ ...book, put }),
      (error) => errors.push(error),
      { everyMs: 1e8 },
    ).run(signal)
    assert.equal(errors.length, 1)
  })
})
