import type { Meter } from '@opentelemetry/api'
import { bind, observe } from '@tidegauge/otel'
import {
  queueDeadletter,
  queueDepth,
  queueJobsEnqueued,
  queueJobsProcessed,
  queueJobsRemoved,
  queueOldestJobAge,
  queueRetry,
} from '../../catalog/observers/metrics.ts'
import { type Clock, steadyClock } from '../../model/clock.ts'
import type { Ending, Queue } from './queue.ts'

/**
 * Counts what becomes of the jobs of one queue, `name`: the others have metrics of their own. What a checkpoint
 * enqueues does not pass here; `countEnqueued` is for that.
 */
export function instrumentQueue(
  queue: Queue,
  meter: Meter,
  name: string,
  countJobs: (jobs: number) => void = countEnqueued(meter),
): Queue {
  const processed = bind(meter, queueJobsProcessed)
  const retried = bind(meter, queueRetry)
  const buried = bind(meter, queueDeadletter)
  const removed = bind(meter, queueJobsRemoved)
  const count = (ending: Ending, isDone: boolean) => {
    if (!isDone || ending.job.queue !== name) return
    if (ending.how === 'complete') processed.add(1)
    else if (ending.how === 'bury') buried.add(1)
    else if (ending.options.counts !== false) retried.add(1)
  }
  return {
    async add(to, jobs) {
      const added = await queue.add(to, jobs)
      if (to === name) countJobs(added)
      return added
    },
    take: (from, limit, options) => queue.take(from, limit, options),
    ready: (of, signal, without) => queue.ready(of, signal, without),
    hold: (of, group, untilMs) => queue.hold(of, group, untilMs),
    heldUntilMs: (of, group) => queue.heldUntilMs(of, group),
    renew: (jobs, leaseMs) => queue.renew(jobs, leaseMs),
    async complete(job) {
      const isDone = await queue.complete(job)
      count({ how: 'complete', job }, isDone)
      return isDone
    },
    async retry(job, options) {
      const isDone = await queue.retry(job, options)
      count({ how: 'retry', job, options }, isDone)
      return isDone
    },
    async bury(job, error, options) {
      const isDead = await queue.bury(job, error, options)
      count({ how: 'bury', job, error }, isDead)
      return isDead
    },
    async end(endings) {
      const ended = await queue.end(endings)
      for (const [at, ending] of endings.entries()) count(ending, ended[at] === true)
      return ended
    },
    wake: (of, key, dueMs) => queue.wake(of, key, dueMs),
    find: (of, key) => queue.find(of, key),
    later: (of) => queue.later(of),
    aside: (of) => queue.aside(of),
    async remove(from, key) {
      const isRemoved = await queue.remove(from, key)
      if (isRemoved && from === name) removed.add(1)
      return isRemoved
    },
    waiting: (of) => queue.waiting(of),
    async buryWaiting(of, keys, error) {
      const count = await queue.buryWaiting(of, keys, error)
      if (of === name) buried.add(count)
      return count
    },
    deadLetters: (query) => queue.deadLetters(query),
    revive: (id) => queue.revive(id),
    totals: (of) => queue.totals(of),
    [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose](),
  }
}

/** Counts jobs that were enqueued. */
export function countEnqueued(meter: Meter): (jobs: number) => void {
  const enqueued = bind(meter, queueJobsEnqueued)
  return (jobs) => enqueued.add(jobs)
}

/** Exports how many jobs of a queue wait or run, and for how long the oldest has: 0 for one that is yet to begin. */
export function observeQueue(
  meter: Meter,
  queue: Pick<Queue, 'totals'>,
  name: string,
  now: Clock = steadyClock,
): void {
  observe(meter, queueDepth, async () => {
    const { waiting, running } = await queue.totals(name)
    return waiting + running
  })
  observe(meter, queueOldestJobAge, async () => {
    const { oldestAddedMs } = await queue.totals(name)
    return oldestAddedMs === undefined ? 0 : Math.max(0, now() - oldestAddedMs) / 1000
  })
}
