/**
 * Durable jobs, each of which is done once: taken with a lease, completed, tried again later, or set aside as a dead
 * letter. There are several queues; a job is known by its key, once in each queue.
 */
export interface Queue extends AsyncDisposable {
  /**
   * Adds jobs. One that is already there keeps its place, or gets the better one of both: the smaller `priority`, the
   * earlier `dueMs`. A job that is running runs once more afterwards. A dead letter comes back to life. Where one that is
   * set aside is brought forward, its last attempt does not count: it has not had the pause that comes with that.
   *
   * @returns how many of them were not there before.
   */
  add(queue: string, jobs: readonly NewJob[]): Promise<number>

  /**
   * Leases jobs that are due: the smallest `priority` first, then the earliest, and of each group (a host) in turn.
   * A lease that has run out ends here, so that a worker that had no turn to renew it, as in a process that is suspended,
   * has it until then; so does one whose process died.
   *
   * @param options.leaseMs how long, in ms. @default 60_000
   * @param options.without groups that are left out, since they have no capacity now.
   * @param options.room how many of a group may be taken, where it is not left out. @default any number
   * @param options.aloneAfter a job during which the process has died so often is leased where no other of the queue is,
   *   and no other while it is: what comes before it ends first. @default never
   */
  take(
    queue: string,
    limit: number,
    options?: {
      readonly leaseMs?: number
      readonly without?: ReadonlySet<string>
      readonly room?: (group: string) => number
      readonly aloneAfter?: number
    },
  ): Promise<readonly Job[]>

  /**
   * Resolves when there may be a job to take, or when `signal` aborts.
   *
   * @param without groups whose jobs do not count, as for `take`: without it, whoever leaves them out is told at once.
   */
  ready(queue: string, signal?: AbortSignal, without?: ReadonlySet<string>): Promise<void>

  /**
   * Takes no job of a group before a time, in ms since 1970, nor before one that was named earlier: whom the group stands
   * for has asked for that. It outlives the process, so that the caller bounds it.
   */
  hold(queue: string, group: string, untilMs: number): Promise<void>

  /** Until when a group is held, in ms since 1970; undefined when it is not. */
  heldUntilMs(queue: string, group: string): Promise<number | undefined>

  /** Prolongs the lease of jobs that are still being worked on. @param leaseMs from now, in ms. @default 60_000 */
  renew(jobs: readonly Job[], leaseMs?: number): Promise<void>

  /** The job is done. @returns false where its lease had run out. */
  complete(job: Job): Promise<boolean>

  /**
   * Several jobs end together: in one transaction, which is what takes time.
   *
   * @returns for each, in order, what `complete`, `retry` and `bury` return.
   */
  end(endings: readonly Ending[]): Promise<readonly boolean[]>

  /**
   * The job is tried again.
   *
   * @returns false where its lease had run out.
   */
  retry(job: Job, options: RetryOptions): Promise<boolean>

  /**
   * What a job that is set aside waits for has happened: it is due at `dueMs`, unless it was before, and the attempt that
   * is brought forward does not count. One that runs is not set aside until later when its worker says so. Any other job
   * stays what it is.
   */
  wake(queue: string, key: string, dueMs: number): Promise<void>

  /**
   * The job is set aside, to be looked at. Where it was added again, it is due again.
   *
   * @param options.counts whether that was an attempt. @default true
   * @returns whether it is a dead letter now.
   */
  bury(job: Job, error: string, options?: { readonly counts?: boolean }): Promise<boolean>

  /** One job by its key, whatever its state. */
  find(queue: string, key: string): Promise<JobState | undefined>

  /** Jobs that wait, due or not, page by page. Those that are added or moved meanwhile may be missing. */
  waiting(queue: string): AsyncIterable<readonly JobState[]>

  /** Sets jobs that wait aside as dead letters, and leaves those that run. @returns how many it were. */
  buryWaiting(queue: string, keys: readonly string[], error: string): Promise<number>

  /** Jobs that wait for a later time, page by page. */
  later(queue: string): AsyncIterable<readonly JobState[]>

  /** How many jobs are set aside, by group, the largest first. */
  aside(queue: string): Promise<readonly { readonly group: string; readonly jobs: number }[]>

  /** Removes a job, whatever its state. A worker that has it finds its lease gone. @returns whether it was there. */
  remove(queue: string, key: string): Promise<boolean>

  /** Dead letters, the latest first. @throws {InvalidError} for a cursor that no page gave. */
  deadLetters(query: {
    /** @default those of all queues */
    readonly queues?: readonly string[]
    readonly limit: number
    readonly cursor?: string
  }): Promise<{ readonly jobs: readonly JobState[]; readonly cursor?: string }>

  /** Puts a dead letter back. @returns false when there is none with that number. */
  revive(id: number): Promise<boolean>

  /** How many there are, kept up to date with each change, so that asking is cheap. */
  totals(queue: string): Promise<QueueTotals>
}

export interface NewJob {
  readonly key: string
  /** Smaller is sooner. @default 0 */
  readonly priority?: number
  /** Not before this, in ms since 1970 by the queue's clock. @default at once */
  readonly dueMs?: number
  /** Shares capacity with the jobs of the same group. @default none */
  readonly group?: string
  /** Changes nothing where the key is there already, running or a dead letter. @default false */
  readonly onlyNew?: boolean
  /** What the worker needs to know, small. An added job overwrites it. */
  readonly payload?: string
}

export interface RetryOptions {
  /** Not before this, in ms since 1970. @default at once, and in the place that it had */
  readonly dueMs?: number
  /** Why this attempt failed. */
  readonly error?: string
  /** Moves the job to another group. */
  readonly group?: string
  /** Whether this was an attempt. @default true */
  readonly counts?: boolean
  /** What it failed of, in a word: after another one, attempts are counted anew. @default the last one */
  readonly failure?: string
  /** Whether it waits for what is not ours to do, so that its own wait begins at `dueMs`. @default false */
  readonly isAside?: boolean
}

/** How a job that was taken ends: as by the method of that name. */
export type Ending =
  | { readonly how: 'complete'; readonly job: Job }
  | { readonly how: 'retry'; readonly job: Job; readonly options: RetryOptions }
  | { readonly how: 'bury'; readonly job: Job; readonly error: string; readonly counts?: boolean }

export interface Job {
  readonly id: number
  readonly queue: string
  readonly key: string
  readonly priority: number
  readonly group: string
  readonly payload: string
  /** How often it was tried before, and failed of the same. */
  readonly attempts: number
  /** How often the process has died while it was leased, since it last failed. */
  readonly deaths: number
  /** What that was, in a word; absent where nobody has said it. */
  readonly failure?: string
  /** Proves that this worker holds it. */
  readonly lease: string
}

export interface JobState {
  readonly id: number
  readonly queue: string
  readonly key: string
  readonly state: 'waiting' | 'running' | 'dead'
  readonly priority: number
  readonly group: string
  readonly payload: string
  /** How often it was tried, and failed of the same. */
  readonly attempts: number
  /** How often the process has died while it was leased, since it last failed. */
  readonly deaths: number
  /** What that was, in a word; absent where nobody has said it. */
  readonly failure?: string
  /** When it was added, or what it was set aside until, in ms since 1970. */
  readonly addedMs: number
  /** When it may be taken, or became a dead letter, in ms since 1970. */
  readonly dueMs: number
  /** Why the last attempt failed; absent before the first. */
  readonly error?: string
}

export interface QueueTotals {
  readonly waiting: number
  readonly running: number
  readonly dead: number
  /** When the oldest job that waits or runs was added, which of those set aside is in the future; absent when there is none. */
  readonly oldestAddedMs?: number
}
