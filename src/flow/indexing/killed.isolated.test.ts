import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { recordUri, type StoredRecord } from '../../model/record.ts'
import { Database } from '../../state/database.ts'
import { SqliteSearch } from '../../state/search/sqlite.ts'
import { SqliteStorage } from '../../state/storage/sqlite.ts'
import { SqliteStreams } from '../../state/streams/sqlite.ts'
import { firehoseBackfill, firehoseLive } from '../../state/streams/streams.ts'
import { indexerGroup } from './indexer.ts'
import { eventAt, host, lastSeq, Truth } from './testing/killed.ts'

describe('ingest, sync runs and indexer, killed again and again', () => {
  it('lose nothing and apply nothing twice', async (test) => {
    const dir = mkdtempSync(join(tmpdir(), 'tidegauge-killed-'))
    test.after(() => rmSync(dir, { recursive: true }))
    keepLedger(dir)

    const begins: number[] = []
    for (let kill = 0; kill < 8; kill++) begins.push(await runFor(dir, 20 + kill * 15))
    begins.push(await runFor(dir))
    test.diagnostic(`began at ${begins.join(', ')}`)
    assert.deepEqual(
      begins,
      begins.toSorted((a, b) => a - b),
    )

    using database = new Database({ dir })
    const all = (sql: string) => database.sqlite.prepare(sql).all()
    assert.deepEqual(all('SELECT uri, rev FROM ledger GROUP BY uri, rev HAVING count(*) > 1'), [])
    assert.deepEqual(
      all('PRAGMA integrity_check').map((row) => ({ ...row })),
      [{ integrity_check: 'ok' }],
    )

    const storage = new SqliteStorage({ database })
    while (await storage.sweep());
    const stored = await Array.fromAsync(storage.scan())
    const truth = new Truth()
    for (let seq = 1; seq <= lastSeq; seq++) truth.add(eventAt(seq))
    assert.deepEqual(contents(stored), contents(records(truth)))
    const totals = await storage.totals()
    assert.equal(totals.records, stored.length)
    assert.equal(totals.recordsByKind.post, stored.length)
    assert.equal(totals.heldEvents, 0)
    const { repos } = await storage.listRepos({ limit: 10 })
    assert.deepEqual(
      repos.map(({ did, status, rev, data }) => ({ did, status, rev, data })),
      [...truth.repos]
        .map(([did, { last }]) => ({ did, status: 'synced', rev: last?.rev, data: last?.data }))
        .sort((a, b) => (a.did < b.did ? -1 : 1)),
    )

    const { hits } = await new SqliteSearch({ database }).query({ text: 'tide', limit: 1000 })
    assert.deepEqual(hits.map(recordUri).sort(), stored.map(recordUri).sort())

    const streams = new SqliteStreams({ database })
    assert.equal((await streams.cursor(host))?.seq, lastSeq)
    for (const stream of [firehoseLive, firehoseBackfill]) {
      assert.equal(await streams.pending(stream, indexerGroup), 0)
      assert.equal(await streams.length(stream), 0)
    }
  })
})

/** Notes every write of a record, in the same transaction as the write. */
function keepLedger(dir: string): void {
  using database = new Database({ dir })
  new SqliteStorage({ database })
  for (const change of ['INSERT', 'UPDATE']) {
    database.sqlite.exec(`CREATE TABLE IF NOT EXISTS ledger (uri TEXT, rev TEXT);
      CREATE TRIGGER ledger_${change} AFTER ${change} ON record BEGIN
        INSERT INTO ledger VALUES (new.repo || '/' || new.collection || '/' || new.rkey, new.rev);
      END`)
  }
}

/** @returns where in the stream of the host it began. */
async function runFor(dir: string, killAfterBatches = Number.POSITIVE_INFINITY): Promise<number> {
  const program = new URL('./testing/killed.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [program, dir], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  let output = ''
  for await (const chunk of child.stdout) {
    output += chunk
    if (output.split('.').length > killAfterBatches) child.kill('SIGKILL')
  }
  const [code] = await ended
  if (killAfterBatches === Number.POSITIVE_INFINITY) assert.equal(code, 0)
  return Number.parseInt(output, 10)
}

/** CIDs tell versions of a record apart, here by the event that wrote it. */
function contents(records: readonly Pick<StoredRecord, 'did' | 'collection' | 'rkey' | 'cid'>[]) {
  return new Map(records.map((record): [string, string] => [recordUri(record), record.cid]).sort())
}

function records({ repos }: Truth) {
  return [...repos].flatMap(([did, { records }]) =>
    [...records.values()].map((record) => ({ did, ...record })),
  )
}
