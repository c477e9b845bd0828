import assert from 'node:assert/strict'
import { mkdirSync, mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Database } from './database.ts'
import { WriteAheadLog } from './write-ahead-log.ts'

/** Without the thread it would wait for ever. */
const limit = { timeout: 60_000 }

describe('pages in the write-ahead log', () => {
  it(
    'are moved by another thread when the first one has died, which is a fault until then',
    limit,
    async () => {
      using folder = mkdtempDisposableSync(join(tmpdir(), 'write-ahead-log-'))
      const dir = join(folder.path, 'gone')
      using sqlite = new DatabaseSync(join(folder.path, 'tidegauge.db'))
      sqlite.exec('PRAGMA journal_mode = WAL; CREATE TABLE page (bytes BLOB)')
      using log = new WriteAheadLog({ sqlite, path: join(dir, 'tidegauge.db'), pages: 1 })
      const fault = () => log.fault
      assert.equal(fault(), undefined)
      // The thread finds no folder to open the database in.
      log.look()
      while (fault() === undefined) await sleep(10)
      assert.match(fault()?.reason ?? '', /has died \(Error: unable to open database file\)/)
      mkdirSync(dir)
      while (fault() !== undefined) await sleep(10)
    },
  )

  it(
    'are moved by a thread, so that the log starts over before a commit has to move them',
    limit,
    async () => {
      using folder = mkdtempDisposableSync(join(tmpdir(), 'write-ahead-log-'))
      using database = new Database({ dir: folder.path, checkpointPages })
      const { sqlite } = database
      sqlite.exec('CREATE TABLE page (bytes BLOB)')
      const insert = sqlite.prepare('INSERT INTO page VALUES (zeroblob(3900))')
      const measure = sqlite.prepare('PRAGMA wal_checkpoint(NOOP)')
      const log = () => measure.get() as { readonly log: number; readonly checkpointed: number }
      let rows = 0
      let hasStartedOver = false
      for (let longest = 0; !hasStartedOver; ) {
        database.transaction(() => {
          for (let i = 0; i < 10; i++, rows++) insert.run()
        })
        // The next commit comes when the thread has moved what there was.
        while (log().log - log().checkpointed >= checkpointPages) await sleep(1)
        hasStartedOver = log().log < longest
        longest = Math.max(longest, log().log)
        assert.ok(longest < checkpointPages * 12, 'a commit has not had to move them')
        await sleep(1)
      }
      assert.deepEqual({ ...sqlite.prepare('SELECT count(*) AS rows FROM page').get() }, { rows })
      assert.equal(sqlite.prepare('PRAGMA integrity_check').get()?.integrity_check, 'ok')
    },
  )
})

const checkpointPages = 50
