// `tidegauge/queue`: durable jobs with leases, retries and dead letters, workers that do them, and their metrics.
import {
  queueDeadletter,
  queueDepth,
  queueJobsEnqueued,
  queueJobsProcessed,
  queueJobsRemoved,
  queueOldestJobAge,
  queueRetry,
} from '../catalog/observers/metrics.ts'

export type { Clock } from '../model/clock.ts'
export { InvalidError } from '../model/errors.ts'
export type { Backoff } from '../model/repeat.ts'
export { countEnqueued, instrumentQueue, observeQueue } from '../state/queue/instrumented.ts'
export type {
  Ending,
  Job,
  JobState,
  NewJob,
  Queue,
  QueueTotals,
  RetryOptions,
} from '../state/queue/queue.ts'
export type { SqliteQueueOptions } from '../state/queue/sqlite.ts'
export { SqliteQueue } from '../state/queue/sqlite.ts'
export type { Claim, WorkersOptions } from '../state/queue/workers.ts'
export { Workers } from '../state/queue/workers.ts'

/** What `instrumentQueue` and `observeQueue` record, for the catalog of a pipeline. */
export const queueMetrics = [
  queueDepth,
  queueOldestJobAge,
  queueJobsEnqueued,
  queueJobsProcessed,
  queueRetry,
  queueDeadletter,
  queueJobsRemoved,
] as const
