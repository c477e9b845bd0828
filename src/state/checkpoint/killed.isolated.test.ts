import assert from 'node:assert/strict'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { Database } from '../database.ts'
import { SqliteDedup } from '../dedup/sqlite.ts'
import { SqliteQueue } from '../queue/sqlite.ts'
import { runFor } from '../testing/run-for.ts'
import { SqliteCheckpoint } from './sqlite.ts'
import { events, listener, subjectOf } from './testing/killed.ts'

describe('a listener, killed again and again', () => {
  it('enqueues what its events call for, each subject once, and loses none', async (test) => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'tidegauge-checkpoint-'))
    const dir = folder.path
    keepLedger(dir)
    const positions: (number | undefined)[] = []
    for (let kill = 0; kill < 8; kill++) positions.push(await positionAfter(dir, 10 + kill * 20))
    positions.push(await positionAfter(dir))
    test.diagnostic(`positions: ${positions.join(', ')}`)
    assert.ok(positions.some((position) => position !== undefined && position < events - 1))
    assert.equal(positions.at(-1), events - 1)

    using database = new Database({ dir })
    const subjects = new Set(Array.from({ length: events }, (_, event) => subjectOf(event)))
    const rows = (sql: string) => database.sqlite.prepare(sql).all().flatMap(Object.values)
    assert.deepEqual(new Set(rows('SELECT key FROM enqueued')), subjects)
    assert.equal(rows('SELECT key FROM enqueued').length, subjects.size)
    assert.deepEqual(new Set(rows('SELECT key FROM done')), subjects)
    assert.deepEqual(await new SqliteQueue({ database }).totals(listener), {
      waiting: 0,
      running: 0,
      dead: 0,
    })
    assert.deepEqual(await new SqliteDedup({ database }).totals(), { keys: subjects.size, dropped: 0 })
  })
})

/** Notes each job that is enqueued in the same transaction, and makes room for what the worker notes. */
function keepLedger(dir: string): void {
  using database = new Database({ dir })
  new SqliteQueue({ database })
  database.sqlite.exec(`CREATE TABLE done (key TEXT); CREATE TABLE enqueued (key TEXT);
    CREATE TRIGGER ledger AFTER INSERT ON queue_job BEGIN INSERT INTO enqueued VALUES (new.key); END`)
}

const program = new URL('testing/killed.ts', import.meta.url)

/** @returns the position that it has come to. */
async function positionAfter(dir: string, killAfterMs?: number): Promise<number | undefined> {
  await runFor(program, dir, killAfterMs)
  using database = new Database({ dir })
  const [queue, dedup] = [new SqliteQueue({ database }), new SqliteDedup({ database })]
  return new SqliteCheckpoint({ database, queue, dedup }).recover(listener)
}
