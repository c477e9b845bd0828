import type { NewJob } from '../queue/queue.ts'

/**
 * How far listeners have come, saved together with the work that this calls for: whatever happens, a listener that
 * goes on from its position has enqueued everything before it, and nothing after it.
 */
export interface Checkpoint extends AsyncDisposable {
  /** The position that a listener saved last; undefined before the first. */
  recover(listener: string): Promise<number | undefined>

  /**
   * Saves a position with its work: claims the keys of the jobs, enqueues those whose key was not claimed before, and
   * moves the position. All of it or, when it rejects, nothing; once it resolves, it outlives the death of this process.
   *
   * @throws {InvalidError} when the position lies before the last one, or a job can never be kept.
   */
  save(step: Step): Promise<StepResult>
}

/** What a listener has taken note of, up to and including a position. */
export interface Step {
  readonly listener: string
  /** Such as the number of an entry of a stream. Never less than the one before. */
  readonly position: number
  /** In order, at most 1000: more take a transaction too long. @default none */
  readonly jobs?: readonly CoveredJob[]
}

export interface CoveredJob {
  readonly queue: string
  readonly job: NewJob
  /** Enqueues the job only if this key is not claimed. @default it is enqueued whatever was before */
  readonly once?: Once
}

/** A key of `Dedup`. */
export interface Once {
  readonly scope: string
  readonly key: string
  /** In ms of running time. */
  readonly windowMs: number
}

export interface StepResult {
  /** What has become of each job, in order. */
  readonly outcomes: readonly JobOutcome[]
}

/** `known`: a job of this key was in the queue already, and got what was new of this one, as `Queue.add` says. */
export type JobOutcome = 'added' | 'known' | 'duplicate'
