import type { Runs } from '../../state/runs/runs.ts'
import type { SyncReports } from './options.ts'

/**
 * Keeps what a sync reports, for a command that runs without a node and has nobody to tell it to.
 *
 * @param onError is called when a run could not be kept, which then is never counted. Must not throw.
 */
export function keepRuns(runs: Runs, onError: (error: unknown) => void): Required<SyncReports> {
  return {
    onRun: (run) => void runs.add({ kind: 'run', ...run }).catch(onError),
    onJoin: (trigger) => void runs.add({ kind: 'join', trigger }).catch(onError),
  }
}

/**
 * Reports, as if they had been its own, the runs that commands have made since a node last started. They are not kept
 * any more once this has begun, so that no start counts them again.
 *
 * @returns how many there were, joined ones not counted.
 */
export async function countKeptRuns(runs: Runs, { onRun, onJoin }: SyncReports): Promise<number> {
  const kept = await runs.take()
  for (const { kind, ...run } of kept) {
    if ('did' in run) onRun?.(run)
    else onJoin?.(run.trigger)
  }
  return kept.filter(({ kind }) => kind === 'run').length
}
