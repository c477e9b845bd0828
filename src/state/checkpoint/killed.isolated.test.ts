import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { Database } from '../database.ts'
import { SqliteDedup } from '../dedup/sqlite.ts'
import { SqliteQueue } from '../queue/sqlite.ts'
import { SqliteCheckpoint } from './sqlite.ts'
import { events, listener, subjectOf } from './testing/killed.ts'

describe('a listener, killed again and again', () => {
  it('enqueues what its events call for, each subject once, and loses none', async (test) => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'tidegauge-checkpoint-'))
    const dir = folder.path
    keepLedger(dir)
    const positions: (number | undefined)[] = []
    for (let kill = 0; kill < 8; kill++) positions.push(await runFor(dir, 10 + kill * 20))
    positions.push(await runFor(dir))
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

/** @returns the position that it has come to. */
async function runFor(dir: string, killAfterMs?: number): Promise<number | undefined> {
  const program = new URL('./testing/killed.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [program, dir], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  await once(child.stdout, 'data')
  if (killAfterMs !== undefined) {
    await setTimeout(killAfterMs)
    child.kill('SIGKILL')
  }
  const [code] = await ended
  if (killAfterMs === undefined) assert.equal(code, 0)
  using database = new Database({ dir })
  const [queue, dedup] = [new SqliteQueue({ database }), new SqliteDedup({ database })]
  return new SqliteCheckpoint({ database, queue, dedup }).recover(listener)
}
