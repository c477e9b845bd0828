import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { Database } from '../database.ts'
import { runFor } from '../testing/run-for.ts'
import { SqliteQueue } from './sqlite.ts'
import { jobs, name } from './testing/killed.ts'

describe('a worker, killed again and again', () => {
  it('does each job at least once, and completes each once', async (test) => {
    const dir = mkdtempSync(join(tmpdir(), 'tidegauge-queue-'))
    test.after(() => rmSync(dir, { recursive: true }))
    keepLedger(dir)
    const left: number[] = []
    for (let kill = 0; kill < 8; kill++) left.push(await leftAfter(dir, 10 + kill * 15))
    left.push(await leftAfter(dir))
    test.diagnostic(`left undone: ${left.join(', ')}`)
    assert.ok(left.some((jobs) => jobs > 0))

    using database = new Database({ dir })
    const all = (sql: string) => database.sqlite.prepare(sql).all()
    const count = (sql: string) => Number(all(sql)[0]?.n)
    assert.deepEqual(all('SELECT key FROM completed GROUP BY key HAVING count(*) > 1'), [])
    assert.equal(count('SELECT count(*) AS n FROM completed'), jobs)
    assert.equal(count('SELECT count(DISTINCT key) AS n FROM done'), jobs)
    assert.deepEqual(await new SqliteQueue({ database }).totals(name), { waiting: 0, running: 0, dead: 0 })
    assert.equal(count('SELECT count(*) AS n FROM queue_key'), 0)
  })
})

/** Notes each completion in the same transaction, and makes room for what the worker notes. */
function keepLedger(dir: string): void {
  using database = new Database({ dir })
  new SqliteQueue({ database })
  database.sqlite.exec(`CREATE TABLE progress (value INTEGER); INSERT INTO progress VALUES (0);
    CREATE TABLE done (key TEXT); CREATE TABLE completed (key TEXT);
    CREATE TRIGGER ledger AFTER DELETE ON queue_job BEGIN INSERT INTO completed VALUES (old.key); END`)
}

const program = new URL('testing/killed.ts', import.meta.url)

/** @returns how many jobs were left undone. */
async function leftAfter(dir: string, killAfterMs?: number): Promise<number> {
  await runFor(program, dir, killAfterMs)
  using database = new Database({ dir })
  return (await new SqliteQueue({ database }).totals(name)).waiting
}
