import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { Did } from '../../model/did.ts'
import { recordUri, type StoredRecord } from '../../model/record.ts'
import { Database } from '../../state/database.ts'
import { SqliteSearch } from '../../state/search/sqlite.ts'
import { SqliteStorage } from '../../state/storage/sqlite.ts'
import type { Storage } from '../../state/storage/storage.ts'
import { SqliteStreams } from '../../state/streams/sqlite.ts'
import { firehoseLive } from '../../state/streams/streams.ts'
import { indexerGroup } from './indexer.ts'
import { Plan } from './plan.ts'
import { eventAt, host, lastSeq } from './testing/killed.ts'

describe('ingest and indexer, killed again and again', () => {
  it('lose nothing and apply nothing twice', async (test) => {
    const dir = mkdtempSync(join(tmpdir(), 'tidegauge-killed-'))
    test.after(() => rmSync(dir, { recursive: true }))
    keepLedger(dir)

    const begins: number[] = []
    for (let kill = 0; kill < 8; kill++) begins.push(await runFor(dir, 20 + kill * 25))
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
    const stored = await Array.fromAsync(storage.scan())
    assert.deepEqual(revisions(stored), truth())
    const totals = await storage.totals()
    assert.equal(totals.records, stored.length)
    assert.equal(totals.recordsByKind.post, stored.length)
    assert.deepEqual(await standing(storage), await standing(await undisturbed()))

    const { hits } = await new SqliteSearch({ database }).query({ text: 'tide', limit: 1000 })
    assert.deepEqual(hits.map(recordUri).sort(), stored.map(recordUri).sort())

    const streams = new SqliteStreams({ database })
    assert.equal((await streams.cursor(host))?.seq, lastSeq)
    assert.equal(await streams.pending(firehoseLive, indexerGroup), 0)
    assert.equal(await streams.length(firehoseLive), 0)
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
async function runFor(dir: string, killAfterMs?: number): Promise<number> {
  const program = new URL('./testing/killed.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [program, dir], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const [begin] = await once(child.stdout, 'data')
  if (killAfterMs !== undefined) {
    await setTimeout(killAfterMs)
    child.kill('SIGKILL')
  }
  const [code] = await ended
  if (killAfterMs === undefined) assert.equal(code, 0)
  return Number(begin)
}

/** The same events in a store of which nobody killed the writer. */
async function undisturbed(): Promise<Storage> {
  const storage = new SqliteStorage({ database: new Database() })
  for (let seq = 1; seq <= lastSeq; seq++) {
    const event = eventAt(seq)
    const plan = new Plan({ repos: await storage.repos([event.did]), nowMs: 0 })
    plan.add(seq, event)
    await storage.apply(plan.changes())
  }
  return storage
}

async function standing(storage: Storage): Promise<readonly unknown[]> {
  const { repos } = await storage.listRepos({ limit: 10 })
  return repos.map(({ did, status, rev, data, handle }) => ({ did, status, rev, data, handle }))
}

function revisions(records: readonly StoredRecord[]): ReadonlyMap<string, string> {
  return new Map(records.map((record): [string, string] => [recordUri(record), record.rev]).sort())
}

/** What the stream amounts to, by the plainest reading of it. */
function truth(): ReadonlyMap<string, string> {
  const repos = new Map<Did, Map<string, string>>()
  for (let seq = 1; seq <= lastSeq; seq++) {
    const event = eventAt(seq)
    const records = repos.get(event.did) ?? new Map<string, string>()
    repos.set(event.did, records)
    if (event.kind === 'account' && !event.active) records.clear()
    if (event.kind !== 'commit') continue
    for (const { op, collection, rkey } of event.operations) {
      const uri = recordUri({ did: event.did, collection, rkey })
      if (op === 'delete') records.delete(uri)
      else records.set(uri, event.rev)
    }
  }
  return new Map([...repos.values()].flatMap((records) => [...records]).sort())
}
