import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { Database } from '../database.ts'
import { SqliteQueue } from './sqlite.ts'
import { jobs, name } from './testing/killed.ts'

describe('a worker, killed again and again', () => {
  it('does each job at least once, and completes each once', async (test) => {
    const dir = mkdtempSync(join(tmpdir(), 'tidegauge-queue-'))
    test.after(() => rmSync(dir, { recursive: true }))
    keepLedger(dir)
    const left: number[] = []
    for (let kill = 0; kill < 8; kill++) left.push(await runFor(dir, 10 + kill * 15))
    left.push(await runFor(dir))
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

/** @returns how many jobs were left undone. */
async function runFor(dir: string, killAfterMs?: number): Promise<number> {
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
  return (await new SqliteQueue({ database }).totals(name)).waiting
}
