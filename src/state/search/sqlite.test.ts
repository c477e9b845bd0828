import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Database } from '../database.ts'
import { alice, makePost, searchConformance } from './search.conformance.ts'
import { SqliteSearch } from './sqlite.ts'

describe('SqliteSearch', () => {
  searchConformance(
    async (fields) => new SqliteSearch({ database: new Database(), ...(fields && { fields }) }),
  )

  it('tells about what it takes on disk', async () => {
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
    const told = await search.diskBytes()
    assert.ok(told > actual * 0.7 && told < actual * 1.3, `${told} told, ${actual} taken`)
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
