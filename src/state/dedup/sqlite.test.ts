import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { setClock } from '../../../test/set-clock.ts'
import { Database } from '../database.ts'
import { dedupConformance } from './dedup.conformance.ts'
import { SqliteDedup } from './sqlite.ts'

describe('SqliteDedup', () => {
  dedupConformance(async (options) => {
    const database = new Database()
    const open = () => new SqliteDedup({ database, ...options })
    return { dedup: open(), reopen: async () => open() }
  })

  it('neither forgets nor keeps longer when the clock is set, also between two starts', async () => {
    using clock = setClock()
    using database = new Database()
    for (const [at, days] of [400, -800, 400].entries()) {
      const [key, brief] = [`key${at}`, `brief${at}`]
      await new SqliteDedup({ database }).claim('s', [key], 86_400_000)
      const again = new SqliteDedup({ database })
      await again.claim('s', [brief], 5)
      clock.by(days * 86_400_000)
      assert.deepEqual(await again.has('s', [key]), [true])
      for (const began = performance.now(); performance.now() - began < 7; ) await setImmediate()
      assert.deepEqual(await again.has('s', [key, brief]), [true, false])
      assert.deepEqual(await new SqliteDedup({ database }).has('s', [key]), [true])
    }
  })
})
