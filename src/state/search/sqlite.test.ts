import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Database } from '../database.ts'
import { alice, makePost, makeRecord, post, searchConformance } from './search.conformance.ts'
import type { SearchChange } from './search.ts'
import { SqliteSearch } from './sqlite.ts'
import { stagingConformance } from './staging.conformance.ts'

describe('SqliteSearch', () => {
  searchConformance(
    async (fields) => new SqliteSearch({ database: new Database(), ...(fields && { fields }) }),
  )
  stagingConformance(async () => new SqliteSearch({ database: new Database() }))

  it('sweeps slice by slice, also when it is reopened, and leaves nothing but what is found', async () => {
    using database = new Database()
    const count = () =>
      database.sqlite
        .prepare(
          'SELECT (SELECT count(*) FROM search_document) AS documents, (SELECT count(*) FROM search_text) AS texts',
        )
        .get()
    const posts = Array.from({ length: 500 }, (_, i) => makePost(`r${i}`, 'tide'))
    const search = new SqliteSearch({ database })
    await search.apply([
      { repo: { did: alice }, puts: posts },
      { repo: { did: alice }, stage: { data: 'one', puts: posts } },
      { repo: { did: alice }, stage: { data: 'two', puts: posts.slice(0, 7) }, unveil: { data: 'two' } },
    ])
    const left: unknown[] = []
    for (let isMore = true; isMore; left.push(count()?.documents)) {
      isMore = await new SqliteSearch({ database }).sweep()
    }
    assert.deepEqual(left, [807, 607, 407, 207, 7, 7])
    assert.deepEqual({ ...count() }, { documents: 7, texts: 7 })
    assert.equal(await search.sweep(), false)
    assert.equal((await new SqliteSearch({ database }).query({ text: 'tide', limit: 100 })).hits.length, 7)
  })

  for (const when of ['after the rebuild', 'during the rebuild']) {
    it(`is stale again when what is unveiled ${when} was staged for other fields`, async () => {
      using database = new Database()
      const record = makeRecord(alice, post, 'a', { text: 'ebb', alt: 'tide' })
      const change = (rest: Omit<SearchChange, 'repo'>) => [{ repo: { did: alice }, ...rest } as const]
      const end = change({ unveil: { data: 'tree' } })
      await new SqliteSearch({ database }).apply(change({ stage: { data: 'tree', puts: [record] } }))

      const fields = [{ collection: post, path: 'alt' }] as const
      const search = new SqliteSearch({ database, fields })
      const records = async function* () {
        if (when === 'during the rebuild') await search.apply(end)
        yield* []
      }
      await search.reindex(records())
      if (when === 'after the rebuild') {
        assert.equal(search.isStale, false)
        await search.apply(end)
      }
      assert.equal(search.isStale, true)
      assert.equal(new SqliteSearch({ database, fields }).isStale, true)
      await search.reindex(
        (async function* () {
          yield record
        })(),
      )
      assert.equal(search.isStale, false)
      assert.deepEqual((await search.query({ text: 'ebb', limit: 9 })).hits, [])
      assert.equal((await search.query({ text: 'tide', limit: 9 })).hits.length, 1)
    })
  }

  it('knows about what it takes on disk', async () => {
    using database = new Database()
    const search = new SqliteSearch({ database })
    const words = Array.from({ length: 5000 }, (_, i) => `word${(i * 7919) % 100_003}`)
    for (let round = 0; round < 40; round++) {
      const puts = Array.from({ length: 200 }, (_, i) =>
        makePost(
          `${round}-${i}`,
          words
            .slice((round * 97 + i) % 4000)
            .slice(0, 40)
            .join(' '),
        ),
      )
      await search.apply([{ repo: { did: alice }, puts }])
    }
    const { actual } = database.sqlite
      .prepare(
        "SELECT sum(pgsize) AS actual FROM dbstat WHERE name LIKE 'search%' OR name LIKE 'sqlite_autoindex_search%'",
      )
      .get() as { actual: number }
    const reported = await search.diskBytes()
    assert.ok(reported > actual * 0.7 && reported < actual * 1.3, `${reported} reported, ${actual} taken`)
  })

  it('is stale when other fields are searched, until it is rebuilt', async () => {
    using database = new Database()
    const post = makePost('1', 'tide')
    await new SqliteSearch({ database }).apply([{ repo: { did: alice }, puts: [post] }])
    assert.equal(new SqliteSearch({ database }).isStale, false)

    const fields = [
      { collection: 'app.bsky.feed.post', path: 'text' },
      { collection: '*', path: 'alt' },
    ] as const
    const search = new SqliteSearch({ database, fields })
    assert.equal(search.isStale, true)
    const cutShort = async function* () {
      yield post
      throw new Error('stopped')
    }
    await assert.rejects(search.reindex(cutShort()), /stopped/)
    assert.equal(new SqliteSearch({ database, fields }).isStale, true)

    const all = async function* () {
      yield post
    }
    await search.reindex(all())
    assert.equal(search.isStale, false)
    assert.equal(new SqliteSearch({ database, fields }).isStale, false)
    assert.equal((await search.query({ text: 'tide', limit: 5 })).hits.length, 1)
  })

  it('ranks no more than the newest of very many matches', async () => {
    using database = new Database()
    const search = new SqliteSearch({ database })
    const puts = Array.from({ length: 10_050 }, (_, i) => makePost(`r${i}`, 'tide'))
    await search.apply([{ repo: { did: alice }, puts }])
    const { hits } = await search.query({ text: 'tide', limit: 20_000 })
    assert.equal(hits.length, 10_000)
    assert.equal(hits[0]?.rkey, 'r10049')
  })
})
