import type { Meter } from '@opentelemetry/api'
import { bind, timed } from '@tidegauge/otel'
import {
  checkpointRecovery,
  checkpointSaveDuration,
  checkpointSaves,
} from '../../catalog/observers/metrics.ts'
import type { Checkpoint, CoveredJob, StepResult } from './checkpoint.ts'

/** Called with what a step has done in other rooms, past whoever measures those. */
export interface StepReports {
  /** How many jobs of a queue were enqueued that had not been there. */
  readonly onEnqueued?: (queue: string, jobs: number) => void
  /** How many keys were checked, and how many of them were duplicates. */
  readonly onChecked?: (checks: number, duplicates: number) => void
}

/** Counts and times saves, and counts the listeners that go on from one. */
export function instrumentCheckpoint(
  checkpoint: Checkpoint,
  meter: Meter,
  { onEnqueued = () => {}, onChecked = () => {} }: StepReports = {},
): Checkpoint {
  const saves = bind(meter, checkpointSaves)
  const recoveries = bind(meter, checkpointRecovery)
  const measure = timed(meter, { duration: checkpointSaveDuration })
  const report = (jobs: readonly CoveredJob[], { outcomes }: StepResult) => {
    const added = new Map<string, number>()
    let [checks, duplicates] = [0, 0]
    for (const [at, { queue, once }] of jobs.entries()) {
      if (outcomes[at] === 'added') added.set(queue, (added.get(queue) ?? 0) + 1)
      if (outcomes[at] === 'duplicate') duplicates++
      if (once !== undefined) checks++
    }
    for (const [queue, count] of added) onEnqueued(queue, count)
    if (checks > 0) onChecked(checks, duplicates)
  }
  return {
    async recover(listener) {
      const position = await checkpoint.recover(listener)
      if (position !== undefined) recoveries.add(1)
      return position
    },
    async save(step) {
      const result = await measure({}, () => checkpoint.save(step))
      saves.add(1)
      report(step.jobs ?? [], result)
      return result
    },
    [Symbol.asyncDispose]: () => checkpoint[Symbol.asyncDispose](),
  }
}
