import { describe } from 'node:test'
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
