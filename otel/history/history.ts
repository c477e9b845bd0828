// `@tidegauge/otel/history`: what was, of every metric.
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { didYouMean } from '../nearest.ts'
import { UsageError } from '../usage-error.ts'
import { condense } from './condense.ts'
import { Directory } from './directory.ts'
import { Intake } from './intake.ts'
import { Journal } from './journal.ts'
import { answerQuery } from './query.ts'
import type { HistoryAnswer, HistoryQuery } from './question.ts'
import { Ring } from './ring.ts'
import type { KeptMetric, Row } from './row.ts'
import { joinSegments, type Rows, type TimeRange } from './segments.ts'
import { Store } from './store.ts'

export { HistoryFileError } from './file.ts'
export type { RecordedError, StateHistory, Transition } from './journal.ts'
export type { AnswerSeries, HistoryAnswer, HistoryQuery, QueryFunction } from './question.ts'
export { queryFunctions } from './question.ts'
export type { Journal }

export interface HistoryOptions {
  /** The SQLite file; made if it is missing. `':memory:'` forgets all with the process. */
  readonly file: string
  /** Whose history it is: one file may hold those of several. */
  readonly node: string
  /** How many collections stay in memory. @default 360 */
  readonly ringSize?: number
  /** Between two collections, in ms. @default 10_000 */
  readonly ringIntervalMs?: number
  /** Between two rows in the file, in ms; a multiple of `ringIntervalMs`. @default 60_000 */
  readonly snapshotIntervalMs?: number
  /** What is older is deleted, in ms. @default 30 days */
  readonly retentionMs?: number
  /** Looks at what another process has kept, or keeps meanwhile; `take` is then an error. @default false */
  readonly readOnly?: boolean
  /** The time of day, in ms since 1970. @default Date.now */
  readonly clock?: () => number
}

/**
 * Every metric over time: the last collections in memory, and a row each minute in a file, thinned out with age. Queries
 * join both. Counters may begin anew at any time, as they do with every restart.
 */
export class History implements Disposable {
  /** Transitions and errors, which anybody may record. */
  readonly journal = new Journal()
  readonly #directory = new Directory()
  readonly #intake = new Intake(this.#directory)
  readonly #ring: Ring
  readonly #store: Store
  readonly #ringIntervalMs: number
  readonly #snapshotIntervalMs: number
  readonly #isReadOnly: boolean
  readonly #clock: () => number
  /** Rows that are not in the file yet. */
  #waiting: Row[] = []
  #lastAt: number | undefined
  #isClosed = false
  #writtenAt: number | undefined

  /** @throws {HistoryFileError} for a file that cannot be used. */
  constructor({
    file,
    node,
    ringSize = 360,
    ringIntervalMs = 10_000,
    snapshotIntervalMs = 60_000,
    retentionMs = 30 * 86_400_000,
    readOnly = false,
    clock = Date.now,
  }: HistoryOptions) {
    this.#ring = new Ring(ringSize, ringIntervalMs)
    this.#ringIntervalMs = ringIntervalMs
    this.#snapshotIntervalMs = snapshotIntervalMs
    this.#isReadOnly = readOnly
    this.#clock = clock
    const { journal } = this
    const directory = this.#directory
    const resolutionMs = snapshotIntervalMs
    this.#store = new Store({ file, node, resolutionMs, retentionMs, directory, journal, readOnly })
  }

  /**
   * Takes in a collection, in which histograms are those of the interval and all else counts from the beginning. Writes a
   * row where it is time for one.
   *
   * @throws whatever keeps the file from being written; the next row will then stand for the time of this one too.
   */
  take(metrics: Pick<ResourceMetrics, 'scopeMetrics'>): void {
    if (this.#isReadOnly) throw new Error('a history that is opened to be read takes nothing in')
    const now = this.#clock()
    // Two rows never have one time.
    const at = now === this.#lastAt ? now + 1 : now
    this.#lastAt = at
    const row = this.#intake.row(metrics, at)
    this.#ring.push(row)
    this.#waiting.push(row)
    if (this.#isTimeToWrite(at)) this.flush()
    // One that stands for all of them, as long as nothing can be written.
    if (this.#waiting.length > mostWaiting) this.#waiting = [condense(this.#waiting)]
  }

  /** Writes what is not in the file yet. @throws whatever keeps it from being written. */
  flush(): void {
    if (this.#waiting.length === 0) return
    const row = condense(this.#waiting)
    this.#store.append(row)
    this.#writtenAt = row.at
    this.#waiting = []
  }

  /** Thins out and deletes what has come of age; a little at a time. To be called now and then. */
  async tidy(signal?: AbortSignal): Promise<void> {
    await this.#store.tidy(this.#clock(), signal)
  }

  /** @throws {UsageError} for a metric that is not kept, and for a query that makes no sense. */
  query(query: HistoryQuery): HistoryAnswer {
    const metrics = this.#directory.named(query.name)
    if (metrics.length === 0)
      throw new UsageError(
        `no history is kept of ${query.name}${didYouMean(query.name, this.#directory.names())}: name a metric as OpenTelemetry does`,
      )
    const ids = metrics.map(({ id }) => id)
    const rows = (range: TimeRange) => this.#rows(ids, range)
    return answerQuery(query, { rows, series: (id) => this.#directory.byId(id) }, this.#clock())
  }

  /** Every metric of which something is kept. */
  metrics(): readonly KeptMetric[] {
    return this.#directory.names().flatMap((name) => this.#directory.named(name))
  }

  /** What the file and what is packed in memory take, in bytes. */
  get size(): { readonly diskBytes: number; readonly memoryBytes: number } {
    return { diskBytes: this.#store.diskBytes(), memoryBytes: this.#ring.packedBytes }
  }

  /** What is not in the file yet is not written. */
  [Symbol.dispose](): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#store[Symbol.dispose]()
  }

  /** The first row at once, then one each interval, give or take what timers are late by. */
  #isTimeToWrite(at: number): boolean {
    if (this.#writtenAt === undefined || at <= this.#writtenAt) return true
    return at - this.#writtenAt > this.#snapshotIntervalMs - this.#ringIntervalMs / 2
  }

  #rows(metrics: readonly number[], range: TimeRange): Rows {
    return joinSegments(
      [...this.#store.segments(metrics, range), ...this.#ring.segments(metrics, range)],
      range,
    )
  }
}

const mostWaiting = 100
