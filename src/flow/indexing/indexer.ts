import { setImmediate } from 'node:timers/promises'
import { InvalidError } from '../../model/errors.ts'
import type { RepoEvent } from '../../model/event.ts'
import { decodeEvent } from '../../model/event-bytes.ts'
import { type Backoff, repeat } from '../../model/repeat.ts'
import type { Search } from '../../state/search/search.ts'
import type { Storage } from '../../state/storage/storage.ts'
import { firehoseLive, type StreamEntry, type Streams } from '../../state/streams/streams.ts'
import { Plan } from './plan.ts'
import type { Tally } from './tally.ts'

export interface IndexerOptions {
  readonly streams: Pick<Streams, 'read' | 'readable' | 'acknowledge'>
  readonly storage: Pick<Storage, 'repos' | 'apply'>
  readonly search: Pick<Search, 'apply'>
  /** Applies at most this many entries of the stream together. @default 500 */
  readonly batchEntries?: number
  /** For how long, in ms, it still indexes what is left in the stream once it is told to stop. @default 3000 */
  readonly drainMs?: number
  /** How long to wait before what has failed is tried again. @default 100 ms, doubling up to 5 s */
  readonly backoff?: Backoff
  readonly now?: () => number
  /** Called after each batch that was applied. Must not throw. */
  readonly onApply?: (tally: Tally) => void
  /**
   * Called for each entry that is skipped: `expected` when what it says is at fault, `unexpected` when this service
   * is; and for each failed attempt that is repeated. Must not throw.
   */
  readonly onError?: (kind: IndexerErrorKind, error: unknown) => void
  /** Called each time that a batch which was applied cannot be acknowledged. Must not throw. */
  readonly onAckFailure?: (error: unknown) => void
}

export type IndexerErrorKind = 'expected' | 'unexpected'

/** The consumer group that indexes the stream of live events. */
export const indexerGroup = 'indexer'

/**
 * Applies the stream of live events to storage and search, and acknowledges what is durable.
 *
 * Search comes first: after a crash between the two, the storage alone decides what is new, and search takes the same
 * changes twice without harm.
 */
export class Indexer {
  readonly #options: Required<IndexerOptions>
  #activeTasks = 0

  constructor(options: IndexerOptions) {
    this.#options = { ...defaults, ...options }
  }

  /** Batches being applied right now. */
  get activeTasks(): number {
    return this.#activeTasks
  }

  /** Runs until `signal` aborts and the stream is at its end, or `drainMs` have passed. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { streams, batchEntries, drainMs } = this.#options
    let stopAt = Number.POSITIVE_INFINITY
    signal.addEventListener('abort', () => {
      stopAt = performance.now() + drainMs
    })
    if (signal.aborted) stopAt = performance.now() + drainMs
    while (performance.now() < stopAt) {
      const read = () => streams.read(firehoseLive, indexerGroup, batchEntries)
      const entries = await this.#repeat(read, signal)
      if (entries === undefined) return
      if (entries.length === 0) {
        if (signal.aborted) return
        await streams.readable(firehoseLive, indexerGroup, signal)
        continue
      }
      this.#activeTasks++
      const isApplied = await this.#index(entries, signal)
      this.#activeTasks--
      if (!isApplied) return
      await this.#acknowledge(entries.at(-1)?.id ?? 0, signal)
      // Requests and the firehose take their turn.
      await setImmediate()
    }
  }

  /** @returns false when it had to stop before the batch could be applied. */
  async #index(entries: readonly StreamEntry[], signal: AbortSignal): Promise<boolean> {
    const events: [position: number, event: RepoEvent][] = []
    for (const { id, payload } of entries) {
      try {
        events.push([id, decodeEvent(payload)])
      } catch (error) {
        this.#options.onError('unexpected', error)
      }
    }
    return (await this.#repeat(() => this.#applyOrSplit(events), signal)) === true
  }

  /** Where one event spoils a batch, applies the others one by one. @throws what is worth trying again. */
  async #applyOrSplit(events: readonly [number, RepoEvent][]): Promise<true> {
    try {
      await this.#apply(events)
      return true
    } catch (error) {
      if (!isFatal(error)) throw error
    }
    for (const event of events) {
      try {
        await this.#apply([event])
      } catch (error) {
        if (!isFatal(error)) throw error
        this.#options.onError(error instanceof InvalidError ? 'expected' : 'unexpected', error)
      }
    }
    return true
  }

  async #apply(events: readonly [number, RepoEvent][]): Promise<void> {
    const { storage, search, now, onApply, onError } = this.#options
    const dids = new Set(events.map(([, { did }]) => did))
    const plan = new Plan(await storage.repos([...dids]), now())
    for (const [position, event] of events) plan.add(position, event)
    const changes = plan.changes()
    await search.apply(changes)
    await storage.apply(changes)
    onApply(plan.tally)
    for (let i = 0; i < plan.tally.invalid; i++) {
      onError('expected', new InvalidError('a deleted account has written records'))
    }
  }

  /** What is not acknowledged comes again after a restart, and is known by its revisions then. */
  async #acknowledge(id: number, signal: AbortSignal): Promise<void> {
    const { streams, onAckFailure } = this.#options
    await this.#repeat(() => streams.acknowledge(firehoseLive, indexerGroup, id), signal, onAckFailure)
  }

  /** @returns undefined when it had to stop before the work succeeded. */
  async #repeat<Result>(
    work: () => Promise<Result>,
    signal: AbortSignal,
    onFailure = (error: unknown) => this.#options.onError('unexpected', error),
  ): Promise<Result | undefined> {
    const { backoff } = this.#options
    return await repeat(work, { backoff, signal, onFailure }).catch(() => undefined)
  }
}

const defaults = {
  batchEntries: 500,
  drainMs: 3000,
  backoff: { firstMs: 100, maxMs: 5000, jitter: 0.5 },
  now: Date.now,
  onApply: () => {},
  onError: () => {},
  onAckFailure: () => {},
}

/** Failures that trying again does not help: bad data, and bugs of this program. */
function isFatal(error: unknown): boolean {
  return (
    error instanceof InvalidError ||
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof ReferenceError
  )
}
