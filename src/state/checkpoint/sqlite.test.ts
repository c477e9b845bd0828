import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Database } from '../database.ts'
import { SqliteDedup } from '../dedup/sqlite.ts'
import { SqliteQueue } from '../queue/sqlite.ts'
import { type CheckpointStores, checkpointConformance } from './checkpoint.conformance.ts'
import { SqliteCheckpoint } from './sqlite.ts'

describe('SqliteCheckpoint', () => {
  checkpointConformance(async () => {
    const database = new Database()
    return { ...openOn(database), reopen: async () => openOn(database) }
  })

  it('leaves nothing, on the disk and in memory, when the position itself cannot be written', async () => {
    const database = new Database()
    const { checkpoint, queue, dedup } = openOn(database)
    database.sqlite.exec(
      `CREATE TRIGGER refuse BEFORE INSERT ON checkpoint BEGIN SELECT raise(ABORT, 'no'); END`,
    )
    const jobs = [
      { queue: 'q', job: { key: 'a', group: 'g' }, once: { scope: 's', key: 'a', windowMs: 1000 } },
      { queue: 'q', job: { key: 'b', priority: 2 } },
    ]
    await assert.rejects(checkpoint.save({ listener: 'l', position: 1, jobs }), /no/)
    assert.deepEqual(await queue.take('q', 9), [])
    assert.deepEqual(await queue.totals('q'), { waiting: 0, running: 0, dead: 0 })
    assert.deepEqual(await dedup.totals(), { keys: 0, dropped: 0 })
    database.sqlite.exec('DROP TRIGGER refuse')
    const { outcomes } = await checkpoint.save({ listener: 'l', position: 1, jobs })
    assert.deepEqual(outcomes, ['added', 'added'])
    const taken = await queue.take('q', 9)
    assert.deepEqual(
      taken.map(({ key }) => key),
      ['a', 'b'],
    )
  })
})

function openOn(database: Database): CheckpointStores {
  const queue = new SqliteQueue({ database, keysInMemory: 3 })
  const dedup = new SqliteDedup({ database })
  return { queue, dedup, checkpoint: new SqliteCheckpoint({ database, queue, dedup }) }
}
