import type { BackfillProgress } from '../edge/http/control.ts'
import { repoBackfill } from '../state/streams/streams.ts'
import type { Engine } from './engine.ts'
import type { Stores } from './stores.ts'

/** How far fetching whole repos has come, and how long it will take at the rate of the last minute. */
export async function backfillProgress(
  engine: Engine,
  { storage, streams }: Stores,
): Promise<BackfillProgress> {
  const [totals, aside, { reposByStatus }, unqueued] = await Promise.all([
    engine.backfill.totals(),
    engine.backfill.setAside(),
    storage.totals(),
    streams.length(repoBackfill),
  ])
  const { isComplete, isRunning, fetched } = engine.enumeration.progress
  const setAside = aside.reduce((sum, { repos }) => sum + repos, 0)
  const waiting = totals.waiting + totals.resyncWaiting + unqueued
  const running = engine.sync.running
  const { perSecond: reposPerSecond } = engine.rates.repos
  return {
    policy: engine.policy,
    listed: fetched,
    isListed: isComplete && !isRunning,
    ...(engine.listFailure !== undefined && { listFailure: engine.listFailure }),
    waiting,
    setAside,
    setAsideHosts: aside.slice(0, mostHosts),
    running,
    synced: reposByStatus.synced,
    pending: Math.max(0, reposByStatus.pending - totals.waiting),
    deadLetters: totals.deadLetters,
    reposPerSecond,
    recordsPerSecond: engine.rates.records.perSecond,
    ...(reposPerSecond > 0 && { secondsLeft: Math.max(0, waiting - setAside + running) / reposPerSecond }),
  }
}

const mostHosts = 10
