import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { LocalChange, LocalHead, LocalStore, LocalWrite } from './store.ts'

export interface LocalStoreLimits {
  readonly keepEvents?: number
  readonly keepDroppedMs?: number
}

/** What every implementation does. @param open gives an empty store. */
export function conformsToLocalStore(name: string, open: (limits?: LocalStoreLimits) => LocalStore): void {
  describe(`${name}, as the store of the own repo`, () => {
    const head = (rev: string): LocalHead => ({
      did: 'did:web:a.example',
      rev,
      commit: Uint8Array.of(1, 2),
      data: 'bafytree',
      action: 'create',
    })
    const put = (path: string, rev: string, cid = `cid-${rev}`): LocalWrite => ({
      path,
      rev,
      content: { cid, bytes: Uint8Array.from(Buffer.from(cid)) },
    })
    let seq = 0
    const change = (rev: string, records: readonly LocalWrite[], nowMs = 0): LocalChange => ({
      head: head(rev),
      records,
      events: [{ seq: ++seq, frame: Uint8Array.of(seq) }],
      nowMs,
    })
    const kept = async (store: LocalStore, ...cids: string[]) =>
      [...(await store.contents(cids)).keys()].sort()

    it('has nothing at first', async () => {
      const store = open()
      assert.deepEqual(
        [await store.head(), await store.entries(), await store.collections(), await store.range()],
        [undefined, [], [], { oldest: 1, last: 0 }],
      )
    })

    it('keeps the head, the records in the order of the tree, and what has changed', async () => {
      const store = open()
      await store.write(change('1', [put('a.b.c/x', '1'), put('a.b.c.d/x', '1', 'other')]))
      await store.write(change('2', [put('a.b.c/y', '2')]))
      await store.write(change('3', [{ path: 'a.b.c/x', rev: '3' }]))
      assert.deepEqual({ ...(await store.head()) }, head('3'))
      assert.deepEqual(
        (await store.entries()).map(({ path, cid }) => [path, cid]),
        [
          ['a.b.c.d/x', 'other'],
          ['a.b.c/y', 'cid-2'],
        ],
      )
      assert.deepEqual(await store.collections(), ['a.b.c', 'a.b.c.d'])
      assert.deepEqual(await store.changedSince('1'), ['a.b.c/x', 'a.b.c/y'])
      assert.equal(await store.get('a.b.c/x'), undefined)
      assert.equal((await store.get('a.b.c/y'))?.rev, '2')
    })

    it('keeps what was replaced as long as it is to, and as another record shares it', async () => {
      const store = open({ keepDroppedMs: 100 })
      await store.write(change('1', [put('a.b.c/x', '1', 'old'), put('a.b.c/y', '1', 'shared')], 0))
      await store.write(change('2', [put('a.b.c/z', '2', 'shared')], 1))
      await store.write(change('3', [put('a.b.c/x', '3', 'new'), { path: 'a.b.c/y', rev: '3' }], 1000))
      await store.write(change('4', [put('a.b.c/w', '4', 'w')], 1050))
      assert.deepEqual(await kept(store, 'old', 'new', 'shared', 'none'), ['new', 'old', 'shared'])
      await store.write(change('5', [put('a.b.c/w', '5', 'v')], 1101))
      assert.deepEqual(await kept(store, 'old', 'new', 'shared'), ['new', 'shared'])
    })

    it('keeps what is written again after it was replaced', async () => {
      const store = open({ keepDroppedMs: 100 })
      await store.write(change('1', [put('a.b.c/x', '1', 'old')], 0))
      await store.write(change('2', [put('a.b.c/x', '2', 'new')], 10))
      await store.write(change('3', [put('a.b.c/x', '3', 'old')], 20))
      await store.write(change('4', [put('a.b.c/y', '4', 'y')], 1000))
      assert.deepEqual(await kept(store, 'old', 'new'), ['old'])
    })

    it('lists a collection from either end, page by page', async () => {
      const store = open()
      const paths = ['a.b.c/1', 'a.b.c/2', 'a.b.c/3', 'a.b.c.d/9', 'a.b.cc/9']
      await store.write(
        change(
          '1',
          paths.map((path) => put(path, '1', path)),
        ),
      )
      const list = async (after: string | undefined, isAscending: boolean) => {
        const query = {
          collection: 'a.b.c',
          limit: 2,
          maxBytes: 1000,
          isAscending,
          ...(after !== undefined && { after }),
        }
        return (await store.list(query)).map(({ path }) => path)
      }
      assert.deepEqual(await list(undefined, false), ['a.b.c/3', 'a.b.c/2'])
      assert.deepEqual(await list('2', false), ['a.b.c/1'])
      assert.deepEqual(await list(undefined, true), ['a.b.c/1', 'a.b.c/2'])
      assert.deepEqual(await list('2', true), ['a.b.c/3'])
    })

    it('ends a page where it has enough bytes', async () => {
      const store = open()
      await store.write(change('1', [put('a.b.c/1', '1', 'x'.repeat(50)), put('a.b.c/2', '1', 'y')]))
      const paths = async (maxBytes: number) =>
        (await store.list({ collection: 'a.b.c', limit: 9, maxBytes, isAscending: true })).length
      assert.deepEqual([await paths(50), await paths(51)], [1, 2])
    })

    it('keeps the newest events, and hands them over in pieces', async () => {
      const store = open({ keepEvents: 10 })
      const first = seq + 1
      for (let n = 0; n < 30; n++) await store.write(change(String(n), []))
      const { oldest, last } = await store.range()
      assert.equal(last, first + 29)
      assert.ok(last - oldest + 1 >= 10 && last - oldest + 1 <= 11)
      const limits = { most: 3, maxBytes: 1000 }
      const seqs = (await store.events(last - 5, limits)).map(({ seq }) => seq)
      assert.deepEqual(seqs, [last - 4, last - 3, last - 2])
      assert.equal((await store.events(last - 5, { most: 3, maxBytes: 1 })).length, 1)
      assert.deepEqual(await store.events(last, limits), [])
    })
  })
}
