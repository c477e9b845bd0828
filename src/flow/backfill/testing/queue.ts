import { Database } from '../../../state/database.ts'
import type { Queue } from '../../../state/queue/queue.ts'
import { SqliteQueue } from '../../../state/queue/sqlite.ts'

/** A queue in memory. */
export function openQueue(now: () => number = Date.now): {
  readonly queue: Queue
  readonly now: () => number
} {
  return { queue: new SqliteQueue({ database: new Database(), now }), now }
}
