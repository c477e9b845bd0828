import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setClock } from '../../../test/set-clock.ts'
import { steadyClock } from '../../model/clock.ts'
import { Database } from '../database.ts'
import { queueConformance } from './queue.conformance.ts'
import type { Job } from './queue.ts'
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

describe('the lanes of a SqliteQueue', () => {
  const lanesIn = (database: Database) =>
    database.sqlite
      .prepare('SELECT name FROM queue_lane ORDER BY name')
      .all()
      .map(({ name }) => String(name))

  it('go once no job is in them, whatever became of the last one', async () => {
    using database = new Database()
    await using queue = new SqliteQueue({ database })
    await queue.add('q', [{ key: 'dead', group: 'dead' }])
    for (const job of await queue.take('q', 1)) await queue.bury(job, 'x')
    const ways: readonly ((job: Job) => Promise<unknown>)[] = [
      (job) => queue.complete(job),
      (job) => queue.remove('q', job.key),
      async (job) => {
        await queue.retry(job, { dueMs: 0, group: `${job.group}b` })
        await queue.remove('q', job.key)
      },
      async (job) => {
        await queue.add('q', [{ key: job.key, group: `${job.group}b`, priority: 2 }])
        await queue.complete(job)
        await queue.remove('q', job.key)
      },
      async (job) => {
        await queue.bury(job, 'x')
        await queue.remove('q', job.key)
      },
    ]
    for (let at = 0; at < 200; at++) {
      await queue.add('q', [{ key: `k${at}`, group: `g${at}`, priority: at % 3 }])
      for (const job of await queue.take('q', 1)) await ways[at % ways.length]?.(job)
    }
    await queue.add('q', [{ key: 'last', group: 'last' }])
    assert.deepEqual(lanesIn(database), ['dead', 'last'])
    assert.equal((await queue.find('q', 'dead'))?.group, 'dead')
    assert.deepEqual(await queue.totals('q').then(({ waiting, dead }) => [waiting, dead]), [1, 1])
  })

  it('go at the start as well, beside those of dead letters', async () => {
    using database = new Database()
    const queue = new SqliteQueue({ database })
    await queue.add('q', [
      { key: 'done', group: 'done' },
      { key: 'dead', group: 'dead', priority: 1 },
    ])
    const [done, dead] = await queue.take('q', 2)
    assert.ok(done && dead)
    await queue.bury(dead, 'x')
    await queue.complete(done)
    const again = new SqliteQueue({ database })
    assert.deepEqual(lanesIn(database), ['dead'])
    assert.equal((await again.find('q', 'dead'))?.group, 'dead')
  })

  it('are there again where the change that was to remove them fails', async () => {
    using database = new Database()
    const queue = new SqliteQueue({ database })
    await queue.add('q', [{ key: 'a', group: 'g' }])
    for (const job of await queue.take('q', 1)) await queue.complete(job)
    database.sqlite.exec(
      "CREATE TEMP TRIGGER refused BEFORE INSERT ON main.queue_job WHEN NEW.key = 'bad' BEGIN SELECT RAISE(ABORT, 'no'); END",
    )
    const bad = ['g', 'h'].map((group) => ({ key: 'bad', group }))
    for (const one of bad) await assert.rejects(queue.add('q', [one]), /no/)
    await queue.add('q', [{ key: 'good', group: 'g' }])
    assert.deepEqual(lanesIn(database), ['g'])
    assert.deepEqual(
      (await queue.take('q', 9)).map(({ key, group }) => [key, group]),
      [['good', 'g']],
    )
  })
})
