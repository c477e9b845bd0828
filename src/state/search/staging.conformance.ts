import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { StoredRecord } from '../../model/record.ts'
import { alice, bob, makePost, makeRecord, post, profile } from './search.conformance.ts'
import type { Search, SearchChange } from './search.ts'

/** What every search must do with documents that are replaced as a whole. `open` makes an empty one. */
export function stagingConformance(open: () => Promise<Search>): void {
  const old = [makePost('a', 'tide old'), makePost('b', 'tide old')]
  const parts = [[makePost('a', 'tide new'), makePost('c', 'tide new')], [makePost('d', 'tide new')]]
  const of = (change: Omit<SearchChange, 'repo'>): SearchChange => ({ repo: { did: alice }, ...change })
  const stage = (puts: readonly StoredRecord[] = [], data = 'tree'): SearchChange =>
    of({ stage: { data, puts } })
  const end = of({ unveil: { data: 'tree' } })
  const begin = async () => {
    const search = await open()
    await search.apply([of({ puts: old }), { repo: { did: bob }, puts: [ofBob('x', 'tide old')] }])
    return search
  }

  describe('what is staged', () => {
    it('is not found before it is unveiled, and then at once, instead of what was before', async () => {
      const search = await begin()
      for (const puts of parts) await search.apply([stage(puts)])
      assert.deepEqual(await found(search), { old: 'a b x', new: '' })
      await search.apply([end])
      assert.deepEqual(await found(search), { old: 'x', new: 'a c d' })
      await sweepAll(search)
      assert.deepEqual(await found(search), { old: 'x', new: 'a c d' })
    })

    it('may belong to a repo that is new, or have nothing to be searched', async () => {
      const search = await open()
      await search.apply([stage(parts[0]), end])
      assert.deepEqual(await found(search), { old: '', new: 'a c' })
      await search.apply([stage([makeRecord(alice, 'app.bsky.feed.like', 'l', {})], 'other')])
      await search.apply([of({ unveil: { data: 'other' } })])
      assert.deepEqual(await found(search), { old: '', new: '' })
    })

    it('is unveiled before what is put and deleted with it', async () => {
      const search = await begin()
      await search.apply([stage(parts[0])])
      await search.apply([{ ...end, puts: [makePost('c', 'tide old')], deletes: [makePost('a', '')] }])
      assert.deepEqual(await found(search), { old: 'c x', new: '' })
    })

    it('is left alone by other changes of its repo', async () => {
      const search = await begin()
      await search.apply([stage(parts[0])])
      await search.apply([of({ puts: [makePost('c', 'tide old')], deletes: [makePost('a', '')] })])
      await search.apply([of({ clear: true })])
      assert.deepEqual(await found(search), { old: 'x', new: '' })
      await search.apply([end])
      assert.deepEqual(await found(search), { old: 'x', new: 'a c' })
    })

    it('is dropped when it is unstaged, or another tree is staged', async () => {
      const search = await begin()
      await search.apply([stage(parts[0]), stage(parts[1], 'other'), end])
      assert.deepEqual(await found(search), { old: 'a b x', new: '' })
      await search.apply([of({ unstage: true }), of({ unveil: { data: 'other' } })])
      assert.deepEqual(await found(search), { old: 'a b x', new: '' })
      await search.apply([stage(parts[0])])
      await search.apply([of({ unstage: true, stage: { data: 'tree', puts: parts[1] ?? [] } }), end])
      await sweepAll(search)
      assert.deepEqual(await found(search), { old: 'x', new: 'd' })
    })

    it('ends the same when changes are made again, as after a crash', async () => {
      const all = [stage(parts[0]), stage(parts[1]), end, of({ puts: [makePost('e', 'tide new')] })]
      for (let from = 0; from < all.length; from++) {
        for (let to = from; to < all.length; to++) {
          const search = await begin()
          await search.apply(all.slice(0, to + 1))
          await search.apply(all.slice(from, to + 1))
          await search.apply(all.slice(to + 1))
          await sweepAll(search)
          assert.deepEqual(await found(search), { old: 'x', new: 'a c d e' }, `${from} to ${to} again`)
        }
      }
    })
  })

  it('that is staged once more after other changes replaces them', async () => {
    const search = await begin()
    await search.apply([stage(parts[0]), stage(parts[1]), end])
    await search.apply([of({ puts: [makePost('e', 'tide old')], deletes: [makePost('a', '')] })])
    await search.apply([stage([]), stage(parts[0])])
    assert.deepEqual(await found(search), { old: 'e x', new: 'c d' })
    await search.apply([stage(parts[1]), end])
    assert.deepEqual(await found(search), { old: 'x', new: 'a c d' })
    await search.apply([stage([], 'empty'), of({ unveil: { data: 'empty' } })])
    await search.apply([of({ puts: [makePost('e', 'tide old')] })])
    await search.apply([stage([], 'empty'), of({ unveil: { data: 'empty' } })])
    assert.deepEqual(await found(search), { old: 'x', new: '' })
  })

  describe('a repo that is removed or cleared', () => {
    it('is found no more, nor is what was staged of it, and may come back', async () => {
      const search = await begin()
      await search.apply([stage(parts[0]), of({ remove: true })])
      assert.deepEqual(await found(search), { old: 'x', new: '' })
      await search.apply([end])
      assert.deepEqual(await found(search), { old: 'x', new: '' })
      await search.apply([of({ puts: [makePost('a', 'tide new')] })])
      await sweepAll(search)
      assert.deepEqual(await found(search), { old: 'x', new: 'a' })
    })

    it('may be cleared again and again, with nothing in it', async () => {
      const search = await begin()
      for (let i = 0; i < 3; i++) await search.apply([of({ clear: true })])
      await search.apply([{ repo: { did: 'did:plc:carol' }, clear: true, unstage: true }])
      await search.apply([{ repo: { did: 'did:plc:carol' }, remove: true }])
      await sweepAll(search)
      assert.deepEqual(await found(search), { old: 'x', new: '' })
    })
  })

  describe('pages', () => {
    const posts = Array.from({ length: 6 }, (_, i) => makePost(`r${i}`, 'tide '.repeat(i + 1)))
    const bobs = Array.from({ length: 6 }, (_, i) => ({
      ...makePost(`b${i}`, 'tide '.repeat(i + 1)),
      did: bob,
    }))
    const changes: Readonly<Record<string, SearchChange>> = {
      unveiled: of({ unveil: { data: 'tree' } }),
      cleared: of({ clear: true }),
      removed: of({ remove: true }),
    }
    for (const [name, change] of Object.entries(changes)) {
      it(`neither repeat nor leave out what stays when a repo is ${name} meanwhile`, async () => {
        const search = await open()
        await search.apply([of({ puts: posts }), { repo: { did: bob }, puts: bobs }, stage(posts)])
        const met: string[] = []
        let cursor: string | undefined
        do {
          const page = await search.query({ text: 'tide', limit: 4, ...(cursor && { cursor }) })
          met.push(...page.hits.map(({ rkey }) => rkey))
          if (cursor === undefined) await search.apply([change])
          cursor = page.cursor
        } while (cursor !== undefined)
        assert.equal(new Set(met).size, met.length)
        assert.deepEqual(
          met.filter((rkey) => rkey.startsWith('b')).toSorted(),
          bobs.map(({ rkey }) => rkey),
        )
        assert.ok(met.filter((rkey) => rkey.startsWith('r')).length < 6)
      })
    }
  })

  describe('rebuilding beside', () => {
    it('keeps what is staged, before and after it is unveiled', async () => {
      const search = await begin()
      await search.apply([stage(parts[0])])
      const bobs = [ofBob('x', 'tide old')]
      await search.reindex(asyncly([...old, ...bobs]))
      assert.deepEqual(await found(search), { old: 'a b x', new: '' })
      await search.apply([stage(parts[1]), end])
      assert.deepEqual(await found(search), { old: 'x', new: 'a c d' })
      await search.reindex(asyncly([...parts.flat(), ...bobs]))
      await sweepAll(search)
      assert.deepEqual(await found(search), { old: 'x', new: 'a c d' })
    })

    it('keeps what is unveiled meanwhile, and brings nothing back that was there before', async () => {
      const search = await begin()
      await search.apply([stage(parts[0])])
      async function* slowly(): AsyncIterable<StoredRecord> {
        await search.apply([stage(parts[1])])
        yield* old.slice(0, 1)
        await search.apply([end, { repo: { did: bob }, remove: true }])
        yield* old.slice(1)
        yield ofBob('x', 'tide old')
      }
      await search.reindex(slowly())
      assert.deepEqual(await found(search), { old: '', new: 'a c d' })
    })

    it('drops what is unstaged meanwhile', async () => {
      const search = await begin()
      await search.apply([stage(parts[0])])
      async function* slowly(): AsyncIterable<StoredRecord> {
        yield* old
        await search.apply([of({ unstage: true }), stage(parts[1])])
        await sweepAll(search)
      }
      await search.reindex(slowly())
      await search.apply([end])
      assert.deepEqual(await found(search), { old: '', new: 'd' })
    })
  })

  it('keeps to a collection when it is unveiled', async () => {
    const search = await begin()
    await search.apply([stage([makeRecord(alice, profile, 'self', { displayName: 'tide' })]), end])
    const rkeys = async (collection: string) =>
      (await search.query({ text: 'tide', collection, limit: 9 })).hits.map(({ rkey }) => rkey)
    assert.deepEqual([await rkeys(profile), await rkeys(post)], [['self'], ['x']])
  })
}

/** Removes all that is left over, which ends. */
export async function sweepAll(search: Search): Promise<void> {
  for (let i = 0; await search.sweep(); i++) assert.ok(i < 10_000)
}

function ofBob(rkey: string, text: string): StoredRecord {
  return { ...makePost(rkey, text), did: bob }
}

async function found(search: Search): Promise<{ readonly old: string; readonly new: string }> {
  const rkeys = async (word: string) =>
    (await search.query({ text: `tide ${word}`, limit: 100 })).hits
      .map(({ rkey }) => rkey)
      .sort()
      .join(' ')
  return { old: await rkeys('old'), new: await rkeys('new') }
}

async function* asyncly(records: readonly StoredRecord[]): AsyncIterable<StoredRecord> {
  yield* records
}
