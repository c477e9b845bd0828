import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startLoad } from './harness/load.ts'
import { startPds } from './harness/pds.ts'
import { createRandom } from './harness/random.ts'
import { startTidegauge, type Tidegauge } from './harness/tidegauge.ts'
import { sameRecords, truthOf } from './harness/truth.ts'
import { eventually, until } from './harness/until.ts'

const kills = 20

describe(`kill -9 at ${kills} random moments`, () => {
  it('loses nothing and applies nothing twice', async () => {
    const random = createRandom()
    console.log(`E2E_SEED=${random.seed}`)
    await using pds = await startPds()
    await using service = await startTidegauge({ pds })
    await service.stop()
    keepLedger(service)
    await using load = await startLoad(pds, { random })
    let last = 0
    for (let n = 0; n < kills; n++) {
      await service.start()
      // What had been received and not kept is received again.
      await until(`start ${n} is where the one before was`, async () => (await lastSeq(service)) >= last)
      await sleep(random.below(2500))
      last = await lastSeq(service)
      await service.kill()
    }
    await service.start()
    await load.end()

    await eventually(async () => {
      assert.equal(await lastSeq(service), pds.lastSeq())
      assert.equal(await gauge(service, 'indexer_pending_messages'), 0)
    })
    await sameRecords(service, pds, await truthOf(pds))
    assert.equal(
      await gauge(service, 'storage_records'),
      pds.accounts.reduce((sum, { size }) => sum + size, 0),
    )
    assert.equal(await service.stop(), 0)
    const { again, puts, deletes, integrity } = readLedger(service)
    assert.equal(integrity, 'ok')
    assert.deepEqual(again, [])
    // Of several writes to one record in one batch only the last is made, so that there may be fewer.
    const done = pds.accounts.reduce((sum, { operations }) => sum + operations.create + operations.update, 0)
    assert.ok(puts <= done && puts > done / 2, `${puts} puts for ${done} creates and updates`)
    console.log(
      `${kills} kills, ${done} creates and updates, ${puts} puts, ${deletes} deletes, none made again`,
    )
  })
})

/** Lets the database itself write down each write to a record, in the transaction that makes it. */
function keepLedger({ database }: Tidegauge): void {
  const sqlite = new DatabaseSync(database)
  const enter = (op: string, row: 'new' | 'old') =>
    `INSERT INTO ledger VALUES ('${op}', ${row}.repo, ${row}.collection, ${row}.rkey, ${row}.rev)`
  sqlite.exec(`
    CREATE TABLE ledger (op TEXT, repo INTEGER, collection INTEGER, rkey TEXT, rev TEXT);
    CREATE TRIGGER ledger_insert AFTER INSERT ON record BEGIN ${enter('put', 'new')}; END;
    CREATE TRIGGER ledger_update AFTER UPDATE ON record BEGIN ${enter('put', 'new')}; END;
    CREATE TRIGGER ledger_delete AFTER DELETE ON record BEGIN ${enter('delete', 'old')}; END;
  `)
  sqlite.close()
}

function readLedger({ database }: Tidegauge) {
  const sqlite = new DatabaseSync(database, { readOnly: true })
  const count = (op: string) =>
    Number(sqlite.prepare('SELECT count(*) AS n FROM ledger WHERE op = ?').get(op)?.n)
  // Each write to a record is of a later revision than the one before; the same again would be of the same.
  const again = sqlite
    .prepare(
      `SELECT * FROM (
         SELECT *, lag(rev) OVER (PARTITION BY repo, collection, rkey ORDER BY rowid) AS before FROM ledger
         WHERE op = 'put'
       ) WHERE rev <= before`,
    )
    .all()
  const integrity = sqlite.prepare('PRAGMA integrity_check').get()?.integrity_check
  const ledger = { again, puts: count('put'), deletes: count('delete'), integrity }
  sqlite.close()
  return ledger
}

async function gauge(service: Tidegauge, name: string): Promise<number> {
  const line = (await service.scrape())
    .split('\n')
    .find((text) => text.startsWith(`${name} `) || text.startsWith(`${name}{`))
  return Number(line?.split(' ').at(-1))
}

const lastSeq = (service: Tidegauge) => gauge(service, 'firehose_last_seq')
