import type { StatementSync } from 'node:sqlite'
import { InvalidError } from '../../model/errors.ts'
import type { Database } from '../database.ts'
import type { SqliteDedup } from '../dedup/sqlite.ts'
import type { SqliteQueue } from '../queue/sqlite.ts'
import type { Checkpoint, CoveredJob, JobOutcome, Step, StepResult } from './checkpoint.ts'

export interface SqliteCheckpointOptions {
  readonly database: Database
  /** On the same database. */
  readonly queue: Pick<SqliteQueue, 'addAtOnce'>
  /** On the same database. */
  readonly dedup: Pick<SqliteDedup, 'claimAtOnce'>
}

/** Positions in the SQLite database of this process, beside the jobs and the keys: one transaction covers them all. */
export class SqliteCheckpoint implements Checkpoint {
  readonly #options: SqliteCheckpointOptions
  readonly #select: StatementSync
  readonly #save: StatementSync

  constructor(options: SqliteCheckpointOptions) {
    const { database } = options
    database.migrate('checkpoint', schema)
    this.#options = options
    this.#select = database.sqlite.prepare('SELECT position FROM checkpoint WHERE listener = ?')
    this.#select.setReturnArrays(true)
    this.#save = database.sqlite.prepare(
      'INSERT INTO checkpoint VALUES (?, ?) ON CONFLICT DO UPDATE SET position = excluded.position',
    )
  }

  async recover(listener: string): Promise<number | undefined> {
    return this.#positionOf(listener)
  }

  async save(step: Step): Promise<StepResult> {
    const { listener, position, jobs = [] } = step
    if (jobs.length > mostJobs)
      throw new InvalidError(
        `a step of ${listener} has ${jobs.length} jobs, more than ${mostJobs}: save it in parts`,
      )
    return this.#options.database.transaction(() => {
      this.#checkPosition(step)
      const outcomes = this.#enqueue(jobs)
      this.#save.run(listener, position)
      return { outcomes }
    })
  }

  /** The database belongs to whoever opened it, and is closed there. */
  async [Symbol.asyncDispose](): Promise<void> {}

  /** Claims what is to be done once, and enqueues what is left: per queue, since that is one change of it. */
  #enqueue(jobs: readonly CoveredJob[]): readonly JobOutcome[] {
    const { queue, dedup } = this.#options
    const isNew = dedup.claimAtOnce(jobs.flatMap(({ once }) => once ?? []))[Symbol.iterator]()
    const outcomes: JobOutcome[] = jobs.map(({ once }) =>
      once !== undefined && isNew.next().value === false ? 'duplicate' : 'added',
    )
    const wanted = jobs.keys().filter((at) => outcomes[at] !== 'duplicate')
    const byQueue = Map.groupBy(wanted, (at) => (jobs[at] as CoveredJob).queue)
    for (const [name, places] of byQueue) {
      const added = queue.addAtOnce(
        name,
        places.map((at) => (jobs[at] as CoveredJob).job),
      )
      for (const [i, outcome] of added.entries()) outcomes[places[i] as number] = outcome
    }
    return outcomes
  }

  #checkPosition({ listener, position }: Step): void {
    if (!Number.isSafeInteger(position))
      throw new InvalidError(`the position of ${listener} must be a whole number, not ${position}`)
    const last = this.#positionOf(listener)
    if (last !== undefined && position < last)
      throw new InvalidError(`the position of ${listener} cannot go back from ${last} to ${position}`)
  }

  #positionOf(listener: string): number | undefined {
    return (this.#select.get(listener) as unknown as [number] | undefined)?.[0]
  }
}

const schema: readonly string[] = [
  'CREATE TABLE checkpoint (listener TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID',
]

/** About 10 ms, after which others have their turn. */
const mostJobs = 1000
