import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { InvalidError } from '../../model/errors.ts'
import { Database } from '../database.ts'
import { heldConformance } from './held.conformance.ts'
import { type FieldIndex, fieldTerm, linkTerm } from './record-terms.ts'
import { SqliteStorage } from './sqlite.ts'
import { stagingConformance } from './staging.conformance.ts'
import { alice, bob, makeRecord, post, repo, storageConformance, sweepAll } from './storage.conformance.ts'

describe('SqliteStorage', () => {
  const open = async (index: readonly FieldIndex[]) => {
    const database = new Database()
    const storage = new SqliteStorage({ database, index })
    storage[Symbol.asyncDispose] = async () => database[Symbol.dispose]()
    return storage
  }
  storageConformance(open)
  stagingConformance(open)
  heldConformance(open)

  describe('when the configured fields change', () => {
    const langs = [{ collection: post, path: 'langs' }]
    const both = [...langs, { collection: post, path: 'kind' }]
    const where = (field: object) => ({ collection: post, where: { ...field }, limit: 5000 })

    it('answers for them once old records are indexed, however often that is cut short', async () => {
      using database = new Database()
      const before = new SqliteStorage({ database, index: langs })
      const puts = Array.from({ length: 1800 }, (_, i) =>
        makeRecord(alice, post, `r${i}`, { langs: ['en'], kind: i % 2 ? 'odd' : 'even' }),
      )
      await before.apply([{ repo: repo(alice), puts }])
      let indexed = 0
      for (let i = 0; i < 3; i++) {
        const stop = new AbortController()
        const storage = new SqliteStorage({ database, index: both })
        await assert.rejects(storage.query(where({ kind: 'odd' })), InvalidError)
        setImmediate(() => stop.abort())
        indexed += await storage.reindex(stop.signal)
      }
      const after = new SqliteStorage({ database, index: both })
      indexed += await after.reindex()
      assert.equal(indexed, puts.length)
      assert.equal((await after.query(where({ kind: 'odd' }))).records.length, 900)
      assert.equal((await after.query(where({ langs: 'en', kind: 'even' }))).records.length, 900)
    })

    it('also answers for what was stored while they were others', async () => {
      using database = new Database()
      const putWith = async (index: typeof both, rkey: string) => {
        const storage = new SqliteStorage({ database, index })
        await storage.apply([
          { repo: repo(bob), puts: [makeRecord(bob, post, rkey, { langs: ['en'], kind: 'x' })] },
        ])
        return storage
      }
      await putWith(langs, 'a')
      await putWith([], 'b')
      const storage = await putWith(langs, 'c')
      assert.equal(await storage.reindex(), 2)
      assert.equal((await storage.query(where({ langs: 'en' }))).records.length, 3)
    })
  })

  describe('with content that is replaced as a whole', () => {
    const data = 'bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm'
    const records = (count: number, n: number) =>
      Array.from({ length: count }, (_, i) =>
        makeRecord(alice, post, `r${String(i).padStart(4, '0')}`, { n }),
      )

    it('continues where it was when it is opened again, at any step', async () => {
      using database = new Database()
      const reopen = () => new SqliteStorage({ database })
      const held = [Uint8Array.of(1), Uint8Array.of(2)]
      await reopen().apply([{ repo: repo(alice), puts: records(900, 1), hold: held }])
      for (const part of [records(300, 2), records(600, 2).slice(300)]) {
        await reopen().apply([{ repo: repo(alice), stage: { data, puts: part } }])
      }
      assert.deepEqual(await reopen().staged(alice), { data, lastPath: `${post}/r0599` })
      await reopen().apply([{ repo: repo(alice), unveil: { data } }])
      assert.equal((await reopen().totals()).heldEvents, 2)
      assert.equal((await reopen().getRepo(alice))?.held, 2)
      let sweeps = 1
      while (await reopen().sweep()) sweeps++
      assert.equal(sweeps, 5)
      await reopen().apply([{ repo: repo(bob), puts: [makeRecord(bob, post, 'b', {})] }])
      assert.equal(await reopen().countRecords(alice, 5000), 600)
      assert.equal((await reopen().totals()).records, 601)
    })

    it('leaves nothing but what is seen in any table', async () => {
      using database = new Database()
      const storage = new SqliteStorage({ database })
      const empty = tableCounts(database)
      for (let round = 0; round < 3; round++) {
        await storage.apply([
          { repo: repo(alice), puts: records(500, round), hold: [Uint8Array.of(1)] },
          { repo: repo(alice), stage: { data, puts: records(300, round) } },
          { repo: repo(alice), unveil: { data } },
          { repo: repo(alice), stage: { data, puts: records(10, round) } },
        ])
        await sweepAll(storage)
        assert.deepEqual(tableCounts(database), {
          ...empty,
          repo: 1,
          record: 310,
          record_term_docsize: 310,
          staged: 1,
          held_event: 1,
        })
        await storage.apply([{ repo: repo(alice), remove: true }])
        await sweepAll(storage)
        assert.deepEqual(tableCounts(database), empty)
      }
    })

    it('finds by new fields what was staged before and unveiled after they were asked for', async () => {
      using database = new Database()
      const before = new SqliteStorage({ database, index: [] })
      await before.apply([
        { repo: repo(alice), puts: records(700, 1) },
        { repo: repo(alice), stage: { data, puts: records(600, 2) } },
      ])
      await before.apply([{ repo: repo(alice), clear: true }])
      const storage = new SqliteStorage({ database, index: [{ collection: post, path: 'n' }] })
      assert.equal(await storage.sweep(), true)
      assert.equal(await storage.reindex(), 1100)
      await storage.apply([{ repo: repo(alice), unveil: { data } }])
      const query = async (n: number) =>
        (await storage.query({ collection: post, where: { n }, limit: 2000 })).records.length
      assert.deepEqual([await query(1), await query(2)], [0, 600])
      await sweepAll(storage)
      assert.deepEqual([await query(1), await query(2)], [0, 600])
      assert.equal((await storage.totals()).records, 600)
    })

    it('goes through all records of a large repo, in slices', async () => {
      using database = new Database()
      const storage = new SqliteStorage({ database })
      const many = Array.from({ length: 20_500 }, (_, i) =>
        makeRecord(alice, post, `r${String(i).padStart(5, '0')}`, {}),
      )
      await storage.apply([
        { repo: repo(alice), stage: { data, puts: many } },
        { repo: repo(alice), unveil: { data } },
      ])
      assert.equal(await storage.countRecords(alice, 20_499), 20_499)
      assert.equal(await storage.countRecords(alice, 99_999), 20_500)
      const entries = await Array.fromAsync(storage.entries(alice))
      assert.equal(new Set(entries.map(({ path }) => path)).size, 20_500)
      assert.deepEqual(entries.at(-1), { path: `${post}/r20499`, cid: many[0]?.cid })
    })

    it('counts nothing twice when a slice fails halfway', async () => {
      using database = new Database()
      const storage = new SqliteStorage({ database })
      await storage.apply([{ repo: repo(alice), puts: records(100, 1) }])
      await storage.apply([{ repo: repo(alice), clear: true, puts: records(50, 2) }])
      const works = [() => storage.sweep(), () => storage.prune(() => false)]
      for (const [i, work] of works.entries()) {
        database.sqlite.exec(
          `CREATE TRIGGER spoil BEFORE DELETE ON record WHEN OLD.id = ${[90, 140][i]}
           BEGIN SELECT RAISE(ABORT, 'spoilt'); END`,
        )
        const before = (await storage.totals()).records
        await assert.rejects(work(), /spoilt/)
        assert.equal((await storage.totals()).records, before)
        database.sqlite.exec('DROP TRIGGER spoil')
        await work()
        assert.equal((await storage.totals()).records, [50, 0][i])
      }
    })

    it('returns a cursor rather than visiting too many records that nobody sees', async () => {
      using database = new Database()
      const storage = new SqliteStorage({ database })
      await storage.apply([
        { repo: repo(alice), stage: { data, puts: records(6000, 1) } },
        { repo: repo(bob), puts: [makeRecord(bob, post, 'b', {})] },
      ])
      const page = await storage.query({ limit: 10 })
      assert.equal(page.records.length, 0)
      assert.ok(page.cursor)
      const { records: found } = await storage.query({ limit: 10, cursor: page.cursor })
      assert.deepEqual(
        found.map(({ rkey }) => rkey),
        ['b'],
      )
    })
  })

  it('returns a cursor rather than visiting too many repos at once', async () => {
    using database = new Database()
    const storage = new SqliteStorage({ database })
    const repos = Array.from({ length: 2500 }, (_, i) => repo(`did:plc:${i}`, { confirmedAtMs: i }))
    await storage.apply(repos.map((one) => ({ repo: one })))
    const first = await storage.listRepos({ limit: 10, confirmedBeforeMs: 0 })
    assert.deepEqual([first.repos.length, typeof first.cursor], [0, 'string'])
    const last = await storage.listRepos({ limit: 10, confirmedBeforeMs: 0, cursor: first.cursor ?? '' })
    assert.deepEqual(last, { repos: [] })
  })

  it('remembers what was said of many repos', async () => {
    using database = new Database()
    const storage = new SqliteStorage({ database })
    for (let i = 0; i < 5500; i++) await storage.setTracking(`did:plc:${i}`, i % 2 ? 'tracked' : 'untracked')
    const tracking = await new SqliteStorage({ database }).tracking()
    assert.deepEqual([tracking.size, tracking.get('did:plc:77')], [5500, 'tracked'])
  })

  it('keeps every total when it is opened again', async () => {
    using database = new Database()
    const storage = new SqliteStorage({ database })
    await storage.apply([
      { repo: repo(alice), puts: ['a', 'b'].map((key) => makeRecord(alice, post, key, {})) },
    ])
    assert.deepEqual(await new SqliteStorage({ database }).totals(), await storage.totals())
  })

  it('leaves nothing of deleted records in any table', async () => {
    using database = new Database()
    const storage = new SqliteStorage({ database })
    const puts = ['a', 'b', 'c'].map((rkey) => makeRecord(alice, post, rkey, { bob }))
    await storage.apply([{ repo: repo(alice), puts }])
    const left = () =>
      ['record', 'record_term_docsize'].map(
        (table) => database.sqlite.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.count,
      )
    await storage.apply([{ repo: repo(alice), deletes: puts.slice(0, 1) }])
    assert.deepEqual(left(), [2, 2])
    await storage.apply([{ repo: repo(alice), clear: true }])
    await sweepAll(storage)
    assert.deepEqual(left(), [0, 0])
  })

  it('checks a record whose terms in the index only seem to match', async () => {
    using database = new Database()
    const storage = new SqliteStorage({ database, index: [{ collection: post, path: 'langs' }] })
    await storage.apply([{ repo: repo(alice), puts: [makeRecord(alice, post, 'a', { langs: ['en'] })] }])
    const words = `${linkTerm(bob)} ${fieldTerm(post, 'langs', 'de')}`
    database.sqlite.prepare('INSERT OR REPLACE INTO record_term (rowid, terms) VALUES (1, ?)').run(words)
    assert.deepEqual((await storage.query({ linksTo: bob, limit: 9 })).records, [])
    assert.deepEqual(
      (await storage.query({ collection: post, where: { langs: 'de' }, limit: 9 })).records,
      [],
    )
  })

  it('gives no new record the place of a deleted one, also when it was opened again between', async () => {
    using database = new Database()
    const puts = ['a', 'b'].map((rkey) => makeRecord(alice, post, rkey, {}))
    const before = new SqliteStorage({ database })
    await before.apply([{ repo: repo(alice), puts: [...puts, makeRecord(alice, post, 'c', {})] }])
    const { cursor = '' } = await before.query({ limit: 2 })
    await before.apply([{ repo: repo(alice), clear: true }])
    const after = new SqliteStorage({ database })
    await after.apply([{ repo: repo(alice), puts: [makeRecord(alice, post, 'd', {})] }])
    assert.deepEqual(
      (await after.query({ limit: 2, cursor })).records.map(({ rkey }) => rkey),
      ['d'],
    )
  })

  it('returns a cursor rather than visiting too many records at once', async () => {
    using database = new Database()
    const storage = new SqliteStorage({ database })
    const puts = Array.from({ length: 12_000 }, (_, i) => makeRecord(alice, post, `r${i}`, {}))
    const wanted = makeRecord(bob, post, 'wanted', {})
    await storage.apply([
      { repo: repo(alice, { status: 'deactivated' }), puts },
      { repo: repo(bob), puts: [wanted] },
    ])
    let page = await storage.query({ limit: 10 })
    let pages = 1
    for (; page.cursor !== undefined; pages++) {
      assert.equal(page.records.length, 0)
      page = await storage.query({ limit: 10, cursor: page.cursor })
    }
    assert.deepEqual(page.records, [wanted])
    assert.equal(pages, 3)
  })
})

const tables = ['repo', 'record', 'record_term_docsize', 'staged', 'leftover', 'held_event'] as const

function tableCounts({ sqlite }: Database): Record<string, unknown> {
  return Object.fromEntries(
    tables.map((table) => [table, sqlite.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.count]),
  )
}
