import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setClock } from '../../../test/set-clock.ts'
import { steadyClock } from '../../model/clock.ts'
import { Database } from '../database.ts'
import { queueConformance } from './queue.conformance.ts'
import { SqliteQueue } from './sqlite.ts'

for (const keysInMemory of [100_000, 3]) {
  describe(`SqliteQueue with ${keysInMemory} keys in memory`, () => {
    queueConformance(async (now) => {
      const database = new Database()
      const open = () => new SqliteQueue({ database, now, keysInMemory })
      return { queue: open(), reopen: async () => open() }
    })
  })
}

describe('SqliteQueue by its own clock', () => {
  for (const stepMs of [-3_600_000, 3_600_000]) {
    it(`ends no lease early, and holds no job for longer, when the system’s clock is set by ${stepMs} ms`, async () => {
      using clock = setClock()
      using database = new Database()
      await using queue = new SqliteQueue({ database })
      await queue.add('q', [{ key: 'leased' }, { key: 'failed' }, { key: 'fails' }])
      const [leased, failed, fails] = await queue.take('q', 3)
      assert.ok(leased && failed && fails)
      await queue.retry(failed, { dueMs: steadyClock() })
      await queue.retry(fails, { dueMs: steadyClock() + 600_000 })
      clock.by(stepMs)
      assert.deepEqual(
        (await queue.take('q', 9)).map(({ key }) => key),
        ['failed'],
      )
      assert.equal(await queue.complete(leased), true)
    })
  }
})
