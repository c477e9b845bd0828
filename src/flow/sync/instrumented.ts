import type { Meter } from '@opentelemetry/api'
import { bind, observe } from '@tidegauge/otel'
import {
  syncCompleted,
  syncDuration,
  syncErrors,
  syncHeldEvents,
  syncJoined,
  syncQueueDepth,
  syncRecords,
  syncRepoSize,
  syncResyncOldestAge,
  syncResyncWaiting,
  syncRuns,
  syncWorkersActive,
} from '../../catalog/sync/metrics.ts'
import { type Clock, steadyClock } from '../../model/clock.ts'
import type { Storage } from '../../state/storage/storage.ts'
import type { SyncReports } from './options.ts'
import type { Sync } from './sync.ts'

/** Counts and times every run, whoever began it. */
export function syncMetrics(meter: Meter): Required<SyncReports> {
  const runs = bind(meter, syncRuns)
  const joined = bind(meter, syncJoined)
  const errors = bind(meter, syncErrors)
  const duration = bind(meter, syncDuration)
  const completed = bind(meter, syncCompleted)
  const records = bind(meter, syncRecords)
  const size = bind(meter, syncRepoSize)
  return {
    onRun: ({ trigger, outcome, reason, durationMs, records: changed, sizeBytes }) => {
      runs.add(1, { trigger })
      duration.record(durationMs / 1000, { trigger })
      completed.add(1, { status: outcome })
      if (reason !== undefined) errors.add(1, { trigger, reason })
      records.add(changed)
      // A run that found nothing to fetch has read no file.
      if (sizeBytes > 0) size.record(sizeBytes)
    },
    onJoin: (trigger) => joined.add(1, { trigger }),
  }
}

export interface SyncGauges {
  readonly sync: Pick<Sync, 'running'>
  /** Repos that wait for a sync. */
  readonly totals: () => Promise<WaitingTotals>
  readonly storage: Pick<Storage, 'totals'>
  /** The clock of the queue. @default steadyClock */
  readonly now?: Clock
}

export interface WaitingTotals {
  /** Whatever they wait for. */
  readonly depth: number
  readonly resyncWaiting: number
  /** Since when the first resync waits, in ms since 1970; undefined when none does. */
  readonly resyncOldestAddedMs: number | undefined
}

/** Exports what is being synced, and what waits for it. */
export function observeSync(meter: Meter, { sync, totals, storage, now = steadyClock }: SyncGauges): void {
  observe(meter, syncWorkersActive, () => sync.running)
  observe(meter, syncQueueDepth, async () => (await totals()).depth)
  observe(meter, syncResyncWaiting, async () => (await totals()).resyncWaiting)
  observe(meter, syncResyncOldestAge, async () => {
    const { resyncOldestAddedMs: sinceMs } = await totals()
    return sinceMs === undefined ? 0 : Math.max(0, now() - sinceMs) / 1000
  })
  observe(meter, syncHeldEvents, async () => (await storage.totals()).heldEvents)
}
