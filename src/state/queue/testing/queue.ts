import { Database } from '../../database.ts'
import type { Queue } from '../queue.ts'
import { SqliteQueue } from '../sqlite.ts'

/** A queue in memory. */
export function openQueue(now: () => number = Date.now): {
  readonly queue: Queue
  readonly now: () => number
} {
  return { queue: new SqliteQueue({ database: new Database(), now }), now }
}
