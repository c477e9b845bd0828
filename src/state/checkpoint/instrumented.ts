import type { Meter } from '@opentelemetry/api'
import { bind, timed } from '@tidegauge/otel'
import {
  checkpointRecovery,
  checkpointSaveDuration,
  checkpointSaves,
} from '../../catalog/observers/metrics.ts'
import type { Checkpoint } from './checkpoint.ts'

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
  return {
    async recover(listener) {
      const position = await checkpoint.recover(listener)
      if (position !== undefined) recoveries.add(1)
      return position
    },
    async save(step) {
      const result = await measure({}, () => checkpoint.save(step))
      saves.add(1)
      const { jobs = [] } = step
      if (jobs.length === 0) return result
      const { outcomes } = result
      const byQueue = Map.groupBy(jobs.keys(), (at) => jobs[at]?.queue ?? '')
      for (const [queue, places] of byQueue) {
        onEnqueued(queue, places.filter((at) => outcomes[at] === 'added').length)
      }
      const checked = jobs.filter(({ once }) => once !== undefined).length
      onChecked(checked, outcomes.filter((outcome) => outcome === 'duplicate').length)
      return result
    },
    [Symbol.asyncDispose]: () => checkpoint[Symbol.asyncDispose](),
  }
}
