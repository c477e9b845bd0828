import { setImmediate } from 'node:timers/promises'
import { Database } from '../../database.ts'
import { SqliteQueue } from '../sqlite.ts'

export const name = 'killed'
export const jobs = 3000

/** Run with a folder as argument: adds what is missing of the jobs, and works until there is nothing left to do. */
if (process.argv[1] === import.meta.filename) {
  using database = new Database({ dir: process.argv[2] ?? '', checkpointPages: 200 })
  const queue = new SqliteQueue({ database, keysInMemory: 250 })
  const note = database.sqlite.prepare('INSERT INTO done VALUES (?)')
  const progress = database.sqlite.prepare('SELECT value FROM progress')
  process.stdout.write('begins\n')
  for (let added = Number(progress.get()?.value); added < jobs; added += 50) {
    const keys = Array.from({ length: 50 }, (_, i) => `job${added + i}`)
    await queue.add(
      name,
      keys.map((key, i) => ({ key, group: `group${i % 7}`, priority: i % 3 })),
    )
    database.sqlite.prepare('UPDATE progress SET value = ?').run(added + 50)
    await work(20)
  }
  while ((await work(20)) > 0);

  async function work(limit: number): Promise<number> {
    const taken = await queue.take(name, limit)
    for (const job of taken) {
      note.run(job.key)
      await setImmediate()
      if (job.attempts === 0 && job.key.endsWith('7')) await queue.retry(job, { dueMs: 0 })
      else await queue.complete(job)
    }
    return taken.length
  }
}
