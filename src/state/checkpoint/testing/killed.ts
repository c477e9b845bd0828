import { setImmediate } from 'node:timers/promises'
import { Database } from '../../database.ts'
import { SqliteDedup } from '../../dedup/sqlite.ts'
import { SqliteQueue } from '../../queue/sqlite.ts'
import { SqliteCheckpoint } from '../sqlite.ts'

export const listener = 'killed'
export const events = 4000

/** The subject of an event: each is named by three events, far apart. */
export function subjectOf(event: number): string {
  return `subject${event % Math.ceil(events / 3)}`
}

/** Run with a folder as argument: goes on from where it stood, and works until there is nothing left to do. */
if (process.argv[1] === import.meta.filename) {
  using database = new Database({ dir: process.argv[2] ?? '', checkpointPages: 200 })
  const queue = new SqliteQueue({ database, keysInMemory: 250 })
  const dedup = new SqliteDedup({ database })
  const checkpoint = new SqliteCheckpoint({ database, queue, dedup })
  const note = database.sqlite.prepare('INSERT INTO done VALUES (?)')
  process.stdout.write('begins\n')
  for (let position = (await checkpoint.recover(listener)) ?? -1; position < events - 1; ) {
    const first = position + 1
    position = Math.min(position + 40, events - 1)
    const jobs = Array.from({ length: position - first + 1 }, (_, i) => {
      const key = subjectOf(first + i)
      return { queue: listener, job: { key }, once: { scope: listener, key, windowMs: 3_600_000 } }
    })
    await checkpoint.save({ listener, position, jobs })
    await work(15)
  }
  while ((await work(50)) > 0);

  async function work(limit: number): Promise<number> {
    const taken = await queue.take(listener, limit)
    for (const { key } of taken) note.run(key)
    await setImmediate()
    await queue.end(taken.map((job) => ({ how: 'complete', job })))
    return taken.length
  }
}
