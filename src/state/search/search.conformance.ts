import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { encode } from '@atcute/cbor'
import type { Did } from '../../model/did.ts'
import { InvalidError } from '../../model/errors.ts'
import type { StoredRecord } from '../../model/record.ts'
import type { Search } from './search.ts'
import type { TextField } from './text-fields.ts'

/** What every search must do. `open` makes an empty one. */
export function searchConformance(open: (fields?: readonly TextField[]) => Promise<Search>): void {
  const finding: readonly (readonly [text: string, query: string, isFound: boolean])[] = [
    ['Hello wide world', 'hello', true],
    ['Hello wide world', 'WORLD hello', true],
    ['Hello wide world', 'hello there', false],
    ['Hello wide world', 'wid', false],
    ['Crème brûlée', 'creme brulee', true],
    ['naïve', 'naive', true],
    ['Straße', 'straße', true],
    ['tidegauge.example.com is up', 'example.com', true],
    ["it's fine", "it's", true],
    ['rock-and-roll', 'rock-and-roll', true],
    ['今日は良い天気ですね', '天気', true],
    ['今日は良い天気ですね', '気天', false],
    ['今日は良い天気ですね', '今日 天気', true],
    ['안녕하세요 세계', '세계', true],
    ['สวัสดีชาวโลก', 'ชาวโลก', true],
    ['Привет, мир', 'МИР', true],
    ['tide 🌊 gauge', '🌊', false],
    ['tide 🌊 gauge', 'tide🌊gauge', true],
    ['a AND b OR c NOT d NEAR e', 'and or not near', true],
    ['x', 'x AND', false],
    ['a "quoted" word', '"quoted"', true],
    ['a "quoted" word', '"quoted', true],
    ['text : colon', 'text:colon', true],
    ['a* b^ (c) {d} + e - f', '(a*) ^b {c} +d -e', true],
    ['nul\u0000byte', 'nul\u0000byte', true],
    ['100% sure; DROP TABLE', "100%'; --", true],
    ['x', '', false],
    ['x', '   ', false],
    ['x', '!?*"\'(){}:^-+', false],
    ['lone \ud800 surrogate', 'lone \ud800 surrogate', true],
    ['did:plc:aliceaaaaaaaaaaaaaaaaaaa', 'didxplcxaliceaaaaaaaaaaaaaaaaaaa', false],
  ]
  describe('a query', () => {
    for (const [text, query, isFound] of finding) {
      it(`${isFound ? 'finds' : 'does not find'} ${JSON.stringify(text)} by ${JSON.stringify(query)}`, async () => {
        const search = await open()
        await put(search, [makePost('a', text), makePost('b', 'something else entirely')])
        assert.deepEqual(await rkeys(search, query), isFound ? ['a'] : [])
      })
    }

    it('may be as long as it likes', async () => {
      const search = await open()
      const words = Array.from({ length: 3000 }, (_, i) => `word${i}`).join(' ')
      await put(search, [makePost('a', words), makePost('b', 'word1 word2')])
      assert.deepEqual(await rkeys(search, words), ['a'])
    })

    it('puts the best match first', async () => {
      const search = await open()
      await put(search, [
        makePost('long', `tide ${'and many other words '.repeat(30)}`),
        makePost('dense', 'tide tide'),
        makePost('none', 'ebb'),
      ])
      const { hits } = await search.query({ text: 'tide', limit: 10 })
      assert.deepEqual(
        hits.map(({ rkey }) => rkey),
        ['dense', 'long'],
      )
      assert.ok((hits[0]?.score ?? 0) > (hits[1]?.score ?? 0))
    })

    it('keeps to a collection', async () => {
      const search = await open()
      await put(search, [makePost('a', 'tide'), makeRecord(alice, profile, 'self', { displayName: 'Tide' })])
      const { hits } = await search.query({ text: 'tide', collection: profile, limit: 10 })
      assert.deepEqual(
        hits.map(({ rkey }) => rkey),
        ['self'],
      )
      assert.deepEqual((await search.query({ text: 'tide', collection: 'un.known.one', limit: 9 })).hits, [])
    })

    it('turns pages without leaving out or repeating, also when more comes meanwhile', async () => {
      const search = await open()
      await put(
        search,
        Array.from({ length: 7 }, (_, i) => makePost(`r${i}`, 'tide '.repeat(i + 1))),
      )
      const met: string[] = []
      for (let cursor: { cursor?: string } = {}, more = true; more; ) {
        const page = await search.query({ text: 'tide', limit: 3, ...cursor })
        met.push(...page.hits.map(({ rkey }) => rkey))
        await put(search, [makePost(`late${met.length}`, 'tide')])
        more = page.cursor !== undefined
        cursor = page.cursor === undefined ? {} : { cursor: page.cursor }
      }
      assert.deepEqual(met.toSorted(), ['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6'])
    })

    for (const cursor of ['', 'nonsense', ...['["1",2,3]', '[1,2]'].map(base64)]) {
      it(`is refused with the cursor ${JSON.stringify(cursor)}`, async () => {
        const search = await open()
        await assert.rejects(search.query({ text: 'x', limit: 1, cursor }), InvalidError)
      })
    }
  })

  describe('a record', () => {
    it('is found by its new text after an update and no longer by the old', async () => {
      const search = await open()
      await put(search, [makePost('a', 'ebb')])
      await put(search, [makePost('a', 'flood')])
      assert.deepEqual(await rkeys(search, 'ebb'), [])
      assert.deepEqual(await rkeys(search, 'flood'), ['a'])
    })

    it('is gone when it is deleted, loses its text, or its repo is cleared', async () => {
      const search = await open()
      const posts = ['a', 'b', 'c'].map((rkey) => makePost(rkey, 'tide'))
      await put(search, posts)
      await search.apply([{ repo: { did: alice }, deletes: posts.slice(0, 1) }])
      assert.deepEqual((await rkeys(search, 'tide')).toSorted(), ['b', 'c'])
      await put(search, [makePost('b', '  ')])
      assert.deepEqual(await rkeys(search, 'tide'), ['c'])
      await put(search, [{ ...makePost('d', 'tide'), did: bob }])
      await search.apply([{ repo: { did: alice }, clear: true, puts: [makePost('e', 'tide')] }])
      assert.deepEqual((await rkeys(search, 'tide')).toSorted(), ['d', 'e'])
    })

    it('counts once when it is put again', async () => {
      const search = await open()
      for (let i = 0; i < 3; i++) await put(search, [makePost('a', 'tide')])
      await search.apply([{ repo: { did: alice }, deletes: [makePost('b', '')] }])
      assert.deepEqual(await rkeys(search, 'tide'), ['a'])
    })

    it('that cannot be decoded, or has no text, is not searched', async () => {
      const search = await open()
      await put(search, [
        { ...makePost('a', 'tide'), bytes: new Uint8Array([0xa1, 0x64, 0x74]) },
        makeRecord(alice, post, 'b', { text: 42 }),
        makeRecord(alice, 'app.bsky.feed.like', 'c', { text: 'tide' }),
        makePost('d', 'tide'),
      ])
      assert.deepEqual(await rkeys(search, 'tide'), ['d'])
    })

    it('is searched in the fields that were chosen, for all collections or for one', async () => {
      const search = await open([
        { collection: '*', path: 'title' },
        { collection: post, path: 'embed.images.alt' },
      ])
      await put(search, [
        makeRecord(alice, 'com.example.page', 'a', { title: 'tide', embed: { images: [{ alt: 'ebb' }] } }),
        makeRecord(alice, post, 'b', { title: 'tide', embed: { images: [{ alt: 'moon' }, { alt: 'ebb' }] } }),
      ])
      assert.deepEqual((await rkeys(search, 'tide')).toSorted(), ['a', 'b'])
      assert.deepEqual(await rkeys(search, 'ebb'), ['b'])
    })
  })

  it('searches a field with a dot in its key', async () => {
    const search = await open([{ collection: post, path: 'com\\.example.note' }])
    await put(search, [
      makeRecord(alice, post, 'a', { 'com.example': { note: 'tide' } }),
      makeRecord(alice, post, 'b', { com: { example: { note: 'tide' } } }),
    ])
    assert.deepEqual(await rkeys(search, 'tide'), ['a'])
  })

  describe('pruning', () => {
    const profiles = (count: number) =>
      Array.from({ length: count }, (_, n) => makeRecord(alice, profile, `p${n}`, { displayName: 'tide' }))
    const keepsPosts = (collection: string) => collection !== profile

    it('removes what is not kept, staged or not, and nothing else', async () => {
      const search = await open()
      await put(search, [makePost('a', 'tide'), ...profiles(700)])
      const data = 'bafytree'
      const puts = [makePost('b', 'tide'), ...profiles(300)]
      await search.apply([{ repo: { did: alice }, stage: { data, puts } }])
      assert.equal(await search.prune(() => true), 0)
      assert.equal(await search.prune(keepsPosts), 1000)
      assert.deepEqual(await rkeys(search, 'tide'), ['a'])
      assert.equal(await search.prune(keepsPosts), 0)
      await search.apply([{ repo: { did: alice }, unveil: { data } }])
      assert.deepEqual(await rkeys(search, 'tide'), ['b'])
    })

    it('stops when it is told to, and goes on with another call', async () => {
      const search = await open()
      await put(search, profiles(5))
      assert.equal(await search.prune(keepsPosts, AbortSignal.abort()), 0)
      assert.equal(await search.prune(keepsPosts), 5)
    })

    it('is not undone by a rebuild that has read the records before', async () => {
      const search = await open()
      const records = [makePost('a', 'tide'), ...profiles(500)]
      await put(search, records)
      const { promise, resolve } = Promise.withResolvers<void>()
      async function* slowly() {
        yield* records.slice(0, 250)
        await promise
        yield* records.slice(250)
      }
      const rebuilding = search.reindex(slowly())
      await setImmediate()
      await search.prune(keepsPosts)
      resolve()
      await rebuilding
      assert.deepEqual(await rkeys(search, 'tide'), ['a'])
    })
  })

  describe('a text of its own', () => {
    const like = { ...makePost('a', 'high tide'), collection: 'app.bsky.feed.like' }
    const post = makePost('b', 'high tide')

    it('makes a record be found that no field is searched of, until it is deleted', async () => {
      const search = await open()
      await put(search, [like])
      assert.deepEqual(await rkeys(search, 'harbour'), [])
      await search.index(like, 'a harbour')
      assert.deepEqual(await rkeys(search, 'harbour'), ['a'])
      await search.apply([{ repo: { did: like.did }, deletes: [like] }])
      assert.deepEqual(await rkeys(search, 'harbour'), [])
      // The same record once more is a new one.
      await put(search, [like])
      assert.deepEqual(await rkeys(search, 'harbour'), [])
    })

    it('comes beside what the fields say, and can be taken back', async () => {
      const search = await open()
      await put(search, [post])
      await search.index(post, 'a harbour')
      assert.deepEqual(await rkeys(search, 'harbour tide'), ['b'])
      await search.index(post, undefined)
      assert.deepEqual(await rkeys(search, 'harbour'), [])
      assert.deepEqual(await rkeys(search, 'tide'), ['b'])
    })

    it('outlives a rebuild, and holds for its version of the record alone', async () => {
      const search = await open()
      await put(search, [like, post])
      await search.index(like, 'a harbour')
      await search.index(post, 'a harbour')
      await search.reindex(asyncly([like, post]))
      assert.deepEqual((await rkeys(search, 'harbour')).toSorted(), ['a', 'b'])
      await put(search, [{ ...makePost('b', 'low tide'), cid: 'another' }])
      assert.deepEqual(await rkeys(search, 'harbour'), ['a'])
    })

    it('goes with its repo', async () => {
      const search = await open()
      await search.index(like, 'a harbour')
      await search.apply([{ repo: { did: like.did }, remove: true }])
      await put(search, [like])
      assert.deepEqual(await rkeys(search, 'harbour'), [])
    })
  })

  describe('rebuilding', () => {
    it('finds what there is, and no longer what is gone', async () => {
      const search = await open()
      await put(search, [makePost('a', 'ebb'), makePost('b', 'ebb')])
      const progress: number[] = []
      const records = Array.from({ length: 450 }, (_, i) => makePost(`r${i}`, i < 3 ? 'flood' : 'calm'))
      const read = await search.reindex(asyncly([makePost('b', 'ebb'), ...records]), (n) => progress.push(n))
      assert.equal(read, 451)
      assert.equal(progress.at(-1), 451)
      assert.ok(progress.length > 1)
      assert.deepEqual(await rkeys(search, 'ebb'), ['b'])
      assert.deepEqual((await rkeys(search, 'flood')).toSorted(), ['r0', 'r1', 'r2'])
    })

    it('does not undo what is changed meanwhile', async () => {
      const search = await open()
      const old = ['a', 'b', 'c', 'd'].map((rkey) => makePost(rkey, 'ebb'))
      await put(search, old)
      async function* slowly(): AsyncIterable<StoredRecord> {
        await search.apply([
          { repo: { did: alice }, deletes: old.slice(0, 1), puts: [makePost('b', 'flood')] },
        ])
        await search.apply([{ repo: { did: bob }, puts: [{ ...makePost('x', 'flood'), did: bob }] }])
        yield* old
        yield { ...makePost('y', 'ebb'), did: bob }
        await search.apply([
          { repo: { did: bob }, clear: true, puts: [{ ...makePost('z', 'flood'), did: bob }] },
        ])
        yield { ...makePost('x', 'ebb'), did: bob }
      }
      await search.reindex(slowly())
      assert.deepEqual((await rkeys(search, 'ebb')).toSorted(), ['c', 'd'])
      assert.deepEqual((await rkeys(search, 'flood')).toSorted(), ['b', 'z'])
    })

    it('happens once at a time, also after one that failed', async () => {
      const search = await open()
      async function* failing(): AsyncIterable<StoredRecord> {
        yield makePost('a', 'ebb')
        await assert.rejects(search.reindex(asyncly([])), InvalidError)
        throw new Error('store is gone')
      }
      await assert.rejects(search.reindex(failing()), /store is gone/)
      assert.equal(await search.reindex(asyncly([])), 0)
    })
  })
}

export const alice: Did = 'did:plc:aliceaaaaaaaaaaaaaaaaaaa'
export const bob: Did = 'did:web:bob.example.com'
export const post = 'app.bsky.feed.post'
export const profile = 'app.bsky.actor.profile'

export function makePost(rkey: string, text: string): StoredRecord {
  return makeRecord(alice, post, rkey, { text })
}

export function makeRecord(did: Did, collection: string, rkey: string, value: object): StoredRecord {
  const bytes = new Uint8Array(encode(value))
  return { did, collection, rkey, cid: 'bafy', rev: '3kaaaaaaaaa22', bytes, indexedAtMs: 0 }
}

async function put(search: Search, puts: readonly StoredRecord[]): Promise<void> {
  await search.apply(puts.map((record) => ({ repo: { did: record.did }, puts: [record] })))
}

async function rkeys(search: Search, text: string): Promise<readonly string[]> {
  return (await search.query({ text, limit: 100 })).hits.map(({ rkey }) => rkey)
}

async function* asyncly(records: readonly StoredRecord[]): AsyncIterable<StoredRecord> {
  for (const record of records) {
    yield record
    await setImmediate()
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64url')
}
