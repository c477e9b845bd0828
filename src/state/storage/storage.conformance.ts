import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode } from '@atcute/cbor'
import type { Did } from '../../model/did.ts'
import { InvalidError } from '../../model/errors.ts'
import { recordUri, type StoredRecord } from '../../model/record.ts'
import { repoStatuses } from '../../model/repo.ts'
import type { FieldIndex } from './record-terms.ts'
import type { RecordPage, RecordQuery, RepoState, Storage } from './storage.ts'

/** What every storage must do. `open` makes an empty one whose `where` knows these fields. */
export function storageConformance(open: (index: readonly FieldIndex[]) => Promise<Storage>): void {
  const index: readonly FieldIndex[] = [
    { collection: post, path: 'langs' },
    { collection: post, path: 'reply.depth' },
    { collection: post, path: 'isDraft' },
    { collection: post, path: 'note' },
  ]

  describe('records', () => {
    it('come back as they were put', async () => {
      await using storage = await open(index)
      const record = makeRecord(alice, post, '3kaaaaaaaaa22', { text: 'héllo \u0000 🦋' })
      await put(storage, alice, [record])
      assert.deepEqual(await storage.get(record), record)
      assert.equal(await storage.get({ ...record, rkey: 'other' }), undefined)
      assert.equal(await storage.get({ ...record, collection: like }), undefined)
      assert.equal(await storage.get({ ...record, did: bob }), undefined)
    })

    it('are replaced by a later put and keep their place in the order', async () => {
      await using storage = await open(index)
      const [first, second] = [makeRecord(alice, post, 'a', { n: 1 }), makeRecord(alice, post, 'b', { n: 2 })]
      const later = { ...makeRecord(alice, post, 'a', { n: 3 }), rev: '3kzzzzzzzzz22' }
      await put(storage, alice, [first, second])
      await put(storage, alice, [later])
      assert.deepEqual((await storage.query({ limit: 10 })).records, [later, second])
      assert.equal((await storage.totals()).records, 2)
    })

    it('are gone when deleted, also twice, also unknown ones', async () => {
      await using storage = await open(index)
      const record = makeRecord(alice, post, 'a', { reply: { depth: 1 }, friend: bob })
      await put(storage, alice, [record])
      for (let i = 0; i < 2; i++) await storage.apply([{ repo: repo(alice), deletes: [record] }])
      await storage.apply([{ repo: repo(alice), deletes: [{ ...record, collection: 'un.known.thing' }] }])
      assert.equal(await storage.get(record), undefined)
      assert.deepEqual(await uris(storage, { linksTo: bob }), [])
      assert.deepEqual(await uris(storage, { collection: post, where: { 'reply.depth': 1 } }), [])
      assert.equal((await storage.totals()).records, 0)
    })

    it('of one repo are cleared before what is put with it, and those of others stay', async () => {
      await using storage = await open(index)
      const [old, other, fresh] = [
        makeRecord(alice, post, 'a', { friend: carol }),
        makeRecord(bob, post, 'a', {}),
        makeRecord(alice, like, 'b', {}),
      ]
      await put(storage, alice, [old])
      await put(storage, bob, [other])
      await storage.apply([{ repo: repo(alice), clear: true, puts: [fresh] }])
      assert.deepEqual((await storage.query({ limit: 10 })).records, [other, fresh])
      assert.deepEqual(await uris(storage, { did: alice }), [recordUri(fresh)])
      assert.deepEqual(await uris(storage, { linksTo: carol }), [])
    })

    it('are changed in the order of the changes, also those of one repo in several changes', async () => {
      await using storage = await open(index)
      const [a, b] = [makeRecord(alice, post, 'a', {}), makeRecord(alice, post, 'b', {})]
      await storage.apply([
        { repo: repo(alice), puts: [a, b] },
        { repo: repo(alice), deletes: [a] },
        { repo: repo(alice, { rev: '3kzzzzzzzzz22' }), clear: true, puts: [a] },
      ])
      assert.deepEqual(await uris(storage, {}), [recordUri(a)])
      assert.equal((await storage.getRepo(alice))?.rev, '3kzzzzzzzzz22')
      await sweepAll(storage)
      assert.equal((await storage.totals()).records, 1)
    })

    it('are all changed or none', async () => {
      await using storage = await open(index)
      const good = makeRecord(alice, post, 'a', {})
      const bad = { ...makeRecord(bob, post, 'b', {}), rev: null as unknown as string }
      await put(storage, carol, [makeRecord(carol, post, 'c', {})])
      const before = await storage.totals()
      await assert.rejects(
        storage.apply([
          { repo: repo(alice), puts: [good] },
          { repo: repo(carol, { status: 'desync', content: 'desync' }), clear: true },
          { repo: repo(bob), puts: [bad] },
        ]),
        InvalidError,
      )
      assert.equal(await storage.get(good), undefined)
      assert.equal((await storage.repos([alice, bob])).size, 0)
      assert.equal((await storage.getRepo(carol))?.status, 'synced')
      assert.deepEqual({ ...(await storage.totals()), diskBytes: 0 }, { ...before, diskBytes: 0 })
      await put(storage, alice, [good])
      assert.deepEqual(await storage.get(good), good)
    })
  })

  describe('queries', () => {
    const quoted = { uri: `at://${bob}/${post}/x`, cid: 'bafy' }
    const records = [
      makeRecord(alice, post, 'a', { langs: ['en', 'de'], reply: { depth: 1 } }),
      makeRecord(alice, like, 'b', { subject: quoted }),
      makeRecord(bob, post, 'c', { langs: ['en'], facets: [{ features: [{ did: carol }] }], isDraft: true }),
      makeRecord(bob, like, 'd', { subject: quoted, via: carol }),
      makeRecord(carol, post, 'e', {
        text: `no link: see ${bob}`,
        isDraft: 'true',
        note: 'x'.repeat(70_000),
      }),
    ]
    const cases: readonly (readonly [string, Omit<RecordQuery, 'limit'>, string])[] = [
      ['everything', {}, 'abcde'],
      ['a repo', { did: alice }, 'ab'],
      ['an unknown repo', { did: 'did:plc:unknown' }, ''],
      ['a collection', { collection: post }, 'ace'],
      ['an unknown collection', { collection: 'un.known.thing' }, ''],
      ['a collection of a repo', { did: bob, collection: like }, 'd'],
      ['links to a record', { linksTo: quoted.uri }, 'bd'],
      ['links to a DID, anywhere', { linksTo: carol }, 'cd'],
      ['links within a repo', { linksTo: carol, did: bob, collection: post }, 'c'],
      ['links that nobody has', { linksTo: alice }, ''],
      ['a field, any element of an array', { collection: post, where: { langs: 'de' } }, 'a'],
      ['a number', { collection: post, where: { 'reply.depth': 1 } }, 'a'],
      ['a number is not text', { collection: post, where: { 'reply.depth': '1' } }, ''],
      ['a boolean is not text', { collection: post, where: { isDraft: true } }, 'c'],
      ['a long text', { collection: post, where: { note: 'x'.repeat(70_000) } }, 'e'],
      ['several fields', { collection: post, where: { langs: 'en', isDraft: true } }, 'c'],
      ['a field and a link', { collection: post, where: { langs: 'en' }, linksTo: carol }, 'c'],
    ]
    for (const [name, query, expected] of cases) {
      it(`find ${name}`, async () => {
        await using storage = await open(index)
        for (const record of records) await put(storage, record.did, [record])
        const found = (await storage.query({ ...query, limit: 10 })).records.map(({ rkey }) => rkey).join('')
        assert.equal(found, expected)
        const pages = await allPages((cursor) => storage.query({ ...query, limit: 1, ...cursor }))
        assert.equal(pages.flatMap((page) => page.records.map(({ rkey }) => rkey)).join(''), expected)
      })
    }

    it('follow a record through its updates', async () => {
      await using storage = await open(index)
      await put(storage, alice, [makeRecord(alice, post, 'a', { langs: ['en'], about: bob })])
      await put(storage, alice, [makeRecord(alice, post, 'a', { langs: ['de'], about: carol })])
      assert.equal((await uris(storage, { linksTo: bob })).length, 0)
      assert.equal((await uris(storage, { linksTo: carol })).length, 1)
      assert.equal((await uris(storage, { collection: post, where: { langs: 'en' } })).length, 0)
      assert.equal((await uris(storage, { collection: post, where: { langs: 'de' } })).length, 1)
    })

    it('continue after a cursor, whatever was put and deleted meanwhile', async () => {
      await using storage = await open(index)
      const four = ['a', 'b', 'c', 'd'].map((rkey) => makeRecord(alice, post, rkey, {}))
      await put(storage, alice, four)
      const first = await storage.query({ limit: 2 })
      await storage.apply([{ repo: repo(alice), deletes: four.slice(1, 3) }])
      await put(storage, alice, [makeRecord(alice, post, '0', {})])
      const { records: rest } = await storage.query({ limit: 10, ...cursorOf(first) })
      assert.deepEqual(
        rest.map(({ rkey }) => rkey),
        ['d', '0'],
      )
    })

    it('end a page before it has too many bytes, and give a larger record alone', async () => {
      await using storage = await open(index)
      const sizes = [10, 10, 200, 10, 30, 10, 10]
      const records = sizes.map((size, i) => makeRecord(alice, post, `r${i}`, { text: 'x'.repeat(size) }))
      const room = (records[0]?.bytes.length ?? 0) + (records[4]?.bytes.length ?? 0)
      await put(storage, alice, records)
      const pages = await allPages((cursor) =>
        storage.query({ did: alice, limit: 100, maxBytes: room, ...cursor }),
      )
      assert.deepEqual(
        pages.map((page) => page.records.length),
        [2, 1, 2, 2],
      )
      assert.deepEqual(
        pages.flatMap((page) => page.records),
        records,
      )
    })

    it('never give a new record the place of a deleted one', async () => {
      await using storage = await open(index)
      const two = ['a', 'b'].map((rkey) => makeRecord(alice, post, rkey, {}))
      await put(storage, alice, two)
      await put(storage, alice, [makeRecord(alice, post, 'c', {})])
      const first = await storage.query({ limit: 2 })
      await storage.apply([{ repo: repo(alice), clear: true }])
      await put(storage, alice, [makeRecord(alice, post, 'd', {})])
      const { records: rest } = await storage.query({ limit: 10, ...cursorOf(first) })
      assert.deepEqual(
        rest.map(({ rkey }) => rkey),
        ['d'],
      )
    })

    const refused: readonly (readonly [string, Omit<RecordQuery, 'limit'>])[] = [
      ['a cursor that is not one', { cursor: 'nonsense' }],
      ['an empty cursor', { cursor: '' }],
      ['a cursor in another form', { cursor: Buffer.from('[1,{}]').toString('base64url') }],
      ['a field that is not indexed', { collection: post, where: { text: 'x' } }],
      ['a field of another collection', { collection: like, where: { langs: 'x' } }],
      ['a field without a collection', { where: { langs: 'x' } }],
    ]
    for (const [name, query] of refused) {
      it(`are refused with ${name}`, async () => {
        await using storage = await open(index)
        await put(storage, alice, [makeRecord(alice, post, 'a', {})])
        await assert.rejects(storage.query({ ...query, limit: 10 }), InvalidError)
      })
    }

    it('are refused with the cursor of another query', async () => {
      await using storage = await open(index)
      await put(
        storage,
        alice,
        ['a', 'b'].map((rkey) => makeRecord(alice, post, rkey, {})),
      )
      const page = await storage.query({ did: alice, limit: 1 })
      await assert.rejects(storage.query({ did: bob, limit: 1, ...cursorOf(page) }), InvalidError)
    })
  })

  describe('scans', () => {
    it('bring every record, also of hidden accounts, or those of one repo', async () => {
      await using storage = await open(index)
      const many = Array.from({ length: 1203 }, (_, i) => makeRecord(alice, post, `r${i}`, { i }))
      await put(storage, alice, many)
      const hidden = makeRecord(bob, post, 'b', {})
      await storage.apply([{ repo: repo(bob, { status: 'takendown' }), puts: [hidden] }])
      const rkeys = async (did?: Did) => (await Array.fromAsync(storage.scan(did))).map(({ rkey }) => rkey)
      assert.deepEqual(await rkeys(), [...many.map(({ rkey }) => rkey), 'b'])
      assert.deepEqual(await rkeys(bob), ['b'])
      assert.deepEqual(await rkeys(carol), [])
    })
  })

  describe('repos', () => {
    it('come back as they were saved, whatever is known of them', async () => {
      await using storage = await open(index)
      const full: RepoState = {
        did: alice,
        status: 'suspended',
        content: 'desync',
        rev: '3kaaaaaaaaa22',
        data: 'bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm',
        handle: 'alice.test',
        position: 2 ** 40,
        accountPosition: 2 ** 40 - 1,
        updatedAtMs: 1_700_000_000_123,
      }
      const bare: RepoState = { did: bob, status: 'pending', content: 'pending', updatedAtMs: 0 }
      await storage.apply([{ repo: full }, { repo: bare }])
      assert.deepEqual(
        await storage.repos([alice, bob, carol]),
        new Map([
          [alice, full],
          [bob, bare],
        ]),
      )
      await storage.apply([{ repo: { ...bare, did: alice } }])
      assert.deepEqual(await storage.getRepo(alice), { ...bare, did: alice })
      assert.equal(await storage.getRepo(carol), undefined)
    })

    it('are listed by DID, all or by status, page by page', async () => {
      await using storage = await open(index)
      const dids = ['e', 'b', 'd', 'a', 'c'].map((letter): Did => `did:plc:${letter}`)
      for (const [i, did] of dids.entries()) {
        await storage.apply([{ repo: repo(did, i % 2 ? { status: 'error', content: 'error' } : {}) }])
      }
      const list = async (status?: 'error') => {
        const pages = await allPages((cursor) =>
          storage.listRepos({ limit: 2, ...(status && { status }), ...cursor }),
        )
        return pages.flatMap(({ repos }) => repos.map(({ did }) => did.at(-1))).join('')
      }
      assert.equal(await list(), 'abcde')
      assert.equal(await list('error'), 'ab')
      await assert.rejects(storage.listRepos({ limit: 2, cursor: 'nonsense' }), InvalidError)
    })

    for (const status of ['deactivated', 'suspended', 'takendown', 'deleted'] as const) {
      it(`hide their records while ${status}, and show them afterwards`, async () => {
        await using storage = await open(index)
        const [own, other] = [makeRecord(alice, post, 'a', { bob }), makeRecord(bob, post, 'b', {})]
        await put(storage, alice, [own])
        await put(storage, bob, [other])
        await storage.apply([{ repo: repo(alice, { status }) }])
        assert.equal(await storage.get(own), undefined)
        assert.deepEqual(await uris(storage, {}), [recordUri(other)])
        assert.deepEqual(await uris(storage, { did: alice }), [])
        assert.deepEqual(await uris(storage, { linksTo: bob }), [])
        assert.equal((await storage.totals()).records, 2)
        await storage.apply([{ repo: repo(alice) }])
        assert.deepEqual(await storage.get(own), own)
      })
    }
  })

  describe('totals', () => {
    it('begin at nothing', async () => {
      await using storage = await open(index)
      const { records, collections, reposByStatus, recordsByKind, diskBytes } = await storage.totals()
      assert.deepEqual([records, collections], [0, 0])
      assert.deepEqual(Object.keys(reposByStatus), [...repoStatuses])
      assert.ok(Object.values({ ...reposByStatus, ...recordsByKind }).every((count) => count === 0))
      assert.ok(diskBytes > 0)
    })

    it('equal a recount after any series of changes', async () => {
      await using storage = await open(index)
      const random = randomNumbers(7)
      const dids: readonly Did[] = [alice, bob, carol]
      const collections = [post, like, 'app.bsky.graph.follow', 'com.example.thing']
      for (let round = 0; round < 150; round++) {
        const did = dids[random(3)] as Did
        const status = repoStatuses[random(repoStatuses.length)] ?? 'synced'
        const some = () =>
          Array.from({ length: random(5) }, () =>
            makeRecord(did, collections[random(4)] ?? post, `r${random(12)}`, {
              n: random(5),
              to: dids[random(3)],
            }),
          )
        await storage.apply([
          { repo: repo(did, { status }), clear: random(15) === 0, puts: some(), deletes: some() },
        ])
      }
      await sweepAll(storage)
      const records = await Array.fromAsync(storage.scan())
      const repos = [...(await storage.repos(dids)).values()]
      const totals = await storage.totals()
      assert.equal(totals.records, records.length)
      assert.equal(totals.collections, new Set(records.map(({ collection }) => collection)).size)
      const posts = records.filter(({ collection }) => collection === post).length
      assert.equal(totals.recordsByKind.post, posts)
      assert.equal(
        totals.recordsByKind.other,
        records.filter(({ collection }) => collection === 'com.example.thing').length,
      )
      for (const status of repoStatuses) {
        assert.equal(totals.reposByStatus[status], repos.filter((one) => one.status === status).length)
      }
      await storage.apply(repos.map(({ did }) => ({ repo: repo(did) })))
      for (const to of dids) {
        const linking = records.filter(({ bytes }) => Buffer.from(bytes).includes(to)).map(recordUri)
        assert.deepEqual(await uris(storage, { linksTo: to }), linking)
      }
    })
  })

  it('has nothing to reindex when the configuration has not changed', async () => {
    await using storage = await open(index)
    await put(storage, alice, [makeRecord(alice, post, 'a', {})])
    assert.equal(await storage.reindex(), 0)
  })
}

export const alice: Did = 'did:plc:aliceaaaaaaaaaaaaaaaaaaa'
export const bob: Did = 'did:plc:bobbbbbbbbbbbbbbbbbbbbbb'
export const carol: Did = 'did:web:carol.example.com'
export const post = 'app.bsky.feed.post'
export const like = 'app.bsky.feed.like'

export function makeRecord(did: Did, collection: string, rkey: string, value: object): StoredRecord {
  const bytes = new Uint8Array(encode(value))
  const cid = 'bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm'
  return { did, collection, rkey, cid, rev: '3kaaaaaaaaa22', bytes, indexedAtMs: 1_700_000_000_000 }
}

export function repo(did: Did, more: Partial<RepoState> = {}): RepoState {
  return { did, status: 'synced', content: 'synced', updatedAtMs: 1, ...more }
}

export async function sweepAll(storage: Pick<Storage, 'sweep'>): Promise<void> {
  while (await storage.sweep());
}

async function put(storage: Storage, did: Did, puts: readonly StoredRecord[]): Promise<void> {
  await storage.apply([{ repo: repo(did), puts }])
}

async function uris(storage: Storage, query: Omit<RecordQuery, 'limit'>): Promise<readonly string[]> {
  return (await storage.query({ ...query, limit: 1000 })).records.map(recordUri)
}

function cursorOf({ cursor }: Pick<RecordPage, 'cursor'>): { cursor: string } {
  assert.ok(cursor !== undefined, 'there is another page')
  return { cursor }
}

async function allPages<Page extends { readonly cursor?: string }>(
  ask: (cursor: { cursor?: string }) => Promise<Page>,
): Promise<readonly Page[]> {
  const pages: Page[] = []
  for (let cursor: { cursor?: string } = {}; ; ) {
    const page = await ask(cursor)
    pages.push(page)
    if (page.cursor === undefined) return pages
    cursor = { cursor: page.cursor }
  }
}

/** The same numbers each time, each below `n`. */
function randomNumbers(seed: number): (n: number) => number {
  let state = seed
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
}
