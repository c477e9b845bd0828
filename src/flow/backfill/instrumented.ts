import type { Meter } from '@opentelemetry/api'
import { bind, observe } from '@tidegauge/otel'
import {
  backfillerBackpressureEvents,
  backfillerCarFetchErrors,
  backfillerCarParseErrors,
  backfillerOutputStreamLength,
  backfillerRecordsExtracted,
  backfillerRecordsFiltered,
  backfillerReposDeadLettered,
  backfillerReposFailed,
  backfillerReposProcessed,
  backfillerReposRunning,
  backfillerReposWaiting,
  backfillerRetriesAttempted,
  backfillerVerificationErrors,
} from '../../catalog/backfiller/metrics.ts'
import type { SyncFault, SyncRun, SyncTrigger } from '../../model/sync.ts'
import { firehoseBackfill, type Streams } from '../../state/streams/streams.ts'
import type { Backfill, BackfillOptions } from './backfill.ts'

/** Counts what becomes of the repos that are queued. */
export function backfillMetrics(meter: Meter): Required<Pick<BackfillOptions, 'onDone' | 'onFailed'>> {
  const processed = bind(meter, backfillerReposProcessed)
  const failed = bind(meter, backfillerReposFailed)
  const dead = bind(meter, backfillerReposDeadLettered)
  const retries = bind(meter, backfillerRetriesAttempted)
  return {
    onDone: () => processed.add(1),
    onFailed: ({ next }) => {
      failed.add(1)
      if (next === 'retry') retries.add(1)
      if (next === 'dead') dead.add(1)
    },
  }
}

/** Counts what the runs of queued repos have read, and where they found fault with it. */
export function backfillRunMetrics(meter: Meter): (run: SyncRun) => void {
  const extracted = bind(meter, backfillerRecordsExtracted)
  const filtered = bind(meter, backfillerRecordsFiltered)
  const faults: Readonly<Record<SyncFault, { add(value: number): void }>> = {
    fetch: bind(meter, backfillerCarFetchErrors),
    parse: bind(meter, backfillerCarParseErrors),
    verification: bind(meter, backfillerVerificationErrors),
  }
  return (run) => {
    if (!isQueued(run.trigger)) return
    extracted.add(run.extracted)
    filtered.add(run.filtered)
    if (run.fault !== undefined) faults[run.fault].add(1)
  }
}

/** Counts pauses because what was fetched is not applied as fast. @returns what to call for each. */
export function backfillPauses(meter: Meter): () => void {
  const pauses = bind(meter, backfillerBackpressureEvents)
  return () => pauses.add(1)
}

export interface BackfillGauges {
  /** The workers of repos that are fetched for the first time. */
  readonly backfill: Pick<Backfill, 'running'>
  /** Repos that wait to be fetched for the first time. */
  readonly waiting: () => Promise<number>
  readonly streams: Pick<Streams, 'length'>
}

/** Exports what is fetched for the first time, and what waits for that. */
export function observeBackfill(meter: Meter, { backfill, waiting, streams }: BackfillGauges): void {
  observe(meter, backfillerReposWaiting, waiting)
  observe(meter, backfillerReposRunning, () => backfill.running)
  observe(meter, backfillerOutputStreamLength, () => streams.length(firehoseBackfill))
}

/** Runs that somebody asked for and waits for are not the backfiller's. */
function isQueued(trigger: SyncTrigger): boolean {
  return trigger === 'backfill' || trigger === 'resync' || trigger === 'background'
}
