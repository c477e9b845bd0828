import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { InvalidError } from '../model/errors.ts'
import { Database } from './database.ts'
import type { Job } from './queue/queue.ts'
import { SqliteQueue } from './queue/sqlite.ts'
import { makePost } from './search/search.conformance.ts'
import { SqliteSearch } from './search/sqlite.ts'
import { SqliteStorage } from './storage/sqlite.ts'
import { alice, makeRecord, post, repo, sweepAll } from './storage/storage.conformance.ts'
import { SqliteStreams } from './streams/sqlite.ts'

interface Failure {
  readonly message: RegExp
  /** @returns what ends the failure. */
  readonly begin: (database: Database, dir: string) => () => void
}

const failures: Readonly<Record<string, Failure>> = {
  'the disk is full': {
    message: /full/,
    begin: ({ sqlite }) => {
      sqlite.exec('PRAGMA max_page_count = 1')
      return () => sqlite.exec('PRAGMA max_page_count = 1000000')
    },
  },
  'another program writes': {
    message: /locked/,
    begin: (_, dir) => {
      const other = new DatabaseSync(join(dir, 'tidegauge.db'))
      other.exec('BEGIN IMMEDIATE')
      return () => other.close()
    },
  },
}

describe('the state', () => {
  for (const [name, { message, begin }] of Object.entries(failures)) {
    it(`stays as it was while ${name}, and works again afterwards`, async (test) => {
      const dir = mkdtempSync(join(tmpdir(), 'tidegauge-failing-'))
      test.after(() => rmSync(dir, { recursive: true }))
      using database = new Database({ dir })
      const storage = new SqliteStorage({ database })
      const search = new SqliteSearch({ database })
      const streams = new SqliteStreams({ database })
      const queue = new SqliteQueue({ database })
      const puts = Array.from({ length: 400 }, (_, i) =>
        makeRecord(alice, post, `r${i}`, { text: 'x'.repeat(900) }),
      )
      const posts = Array.from({ length: 400 }, (_, i) => makePost(`p${i}`, `tide word${i} `.repeat(20)))
      const works = [
        () => storage.apply([{ repo: repo(alice), clear: true, puts }]),
        () => search.apply([{ repo: { did: alice }, puts: posts }]),
        () =>
          streams.append(
            'some',
            puts.map(({ bytes }) => bytes),
            { host: 'relay.test', seq: 7 },
          ),
        () =>
          queue.add(
            'some',
            puts.map(({ rkey }) => ({ key: rkey, group: rkey, payload: 'x'.repeat(900) })),
          ),
      ]
      await queue.add('some', [{ key: 'first', group: 'first' }])
      const [job] = await queue.take('some', 1)
      await storage.apply([{ repo: repo(alice), puts: [makeRecord(alice, post, 'first', {})] }])
      const { records, reposByStatus } = await storage.totals()
      const end = begin(database, dir)
      for (const work of works) {
        await assert.rejects(work(), (error) => {
          assert.ok(error instanceof Error && !(error instanceof InvalidError))
          assert.match(error.message, message)
          return true
        })
      }
      const totals = await storage.totals()
      assert.deepEqual([totals.records, totals.reposByStatus], [records, reposByStatus])
      assert.equal((await storage.query({ limit: 9 })).records.length, 1)
      assert.deepEqual((await search.query({ text: 'tide', limit: 9 })).hits, [])
      assert.equal(await streams.cursor('relay.test'), undefined)
      assert.deepEqual(await queue.take('some', 9), [])
      assert.equal((await queue.totals('some')).running, 1)
      end()
      for (const work of works) await work()
      await sweepAll(storage)
      assert.equal((await storage.totals()).records, 400)
      assert.equal((await search.query({ text: 'tide word7', limit: 9 })).hits.length, 1)
      assert.equal((await streams.cursor('relay.test'))?.seq, 7)
      assert.equal((await streams.read('some', 'reader', 1000)).length, 400)
      assert.equal(await queue.complete(job as Job), true)
      assert.equal((await queue.take('some', 1000)).length, 400)
      const again = new SqliteQueue({ database })
      for (const { rkey } of puts) assert.equal((await again.find('some', rkey))?.group, rkey)
    })
  }

  it('gives out a job once it can be noted that it is worked on, and not before', async (test) => {
    const dir = mkdtempSync(join(tmpdir(), 'tidegauge-failing-'))
    test.after(() => rmSync(dir, { recursive: true }))
    using database = new Database({ dir })
    const queue = new SqliteQueue({ database })
    const keys = ['a', 'b', 'c']
    await queue.add(
      'some',
      keys.map((key) => ({ key, group: key })),
    )
    const end = failures['another program writes']?.begin(database, dir)
    await assert.rejects(queue.take('some', 2), /locked/)
    assert.equal((await queue.totals('some')).running, 0)
    end?.()
    const taken = await queue.take('some', 9)
    assert.deepEqual(taken.map(({ key }) => key).toSorted(), keys)
  })

  it('removes what is left over once nobody else writes any more', async (test) => {
    const dir = mkdtempSync(join(tmpdir(), 'tidegauge-failing-'))
    test.after(() => rmSync(dir, { recursive: true }))
    using database = new Database({ dir })
    const storage = new SqliteStorage({ database })
    const puts = Array.from({ length: 300 }, (_, i) => makeRecord(alice, post, `r${i}`, {}))
    await storage.apply([{ repo: repo(alice), puts }])
    await storage.apply([{ repo: repo(alice), clear: true, puts: puts.slice(0, 30) }])
    const end = failures['another program writes']?.begin(database, dir)
    await assert.rejects(storage.sweep(), /locked/)
    await assert.rejects(
      storage.prune(() => false),
      /locked/,
    )
    assert.equal((await storage.totals()).records, 330)
    end?.()
    await sweepAll(storage)
    assert.equal((await storage.totals()).records, 30)
    assert.equal(await storage.prune(() => false), 30)
  })
})
