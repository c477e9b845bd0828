import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { Database } from '../database.ts'
import { dedupConformance } from './dedup.conformance.ts'
import { SqliteDedup } from './sqlite.ts'

describe('SqliteDedup', () => {
  dedupConformance(async (options) => {
    const database = new Database()
    const open = () => new SqliteDedup({ database, ...options })
    return { dedup: open(), reopen: async () => open() }
  })

  it('neither forgets nor keeps longer when the clock is set, also between two starts', async (test) => {
    const days = [0, 400, -400, 0]
    using database = new Database()
    for (const at of [0, 1, 2]) {
      let setMs = (days[at] as number) * 86_400_000
      const actual = Date.now
      test.mock.method(Date, 'now', () => actual() + setMs)
      const [key, brief] = [`key${at}`, `brief${at}`]
      await new SqliteDedup({ database }).claim('s', [key], 86_400_000)
      const again = new SqliteDedup({ database })
      await again.claim('s', [brief], 5)
      setMs = (days[at + 1] as number) * 86_400_000
      assert.deepEqual(await again.has('s', [key]), [true])
      for (const began = performance.now(); performance.now() - began < 7; ) await setImmediate()
      assert.deepEqual(await again.has('s', [key, brief]), [true, false])
      assert.deepEqual(await new SqliteDedup({ database }).has('s', [key]), [true])
      test.mock.restoreAll()
    }
  })
})
