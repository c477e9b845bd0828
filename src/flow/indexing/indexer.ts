import { setImmediate } from 'node:timers/promises'
import { type Clock, wallClock } from '../../model/clock.ts'
import type { Did } from '../../model/did.ts'
import { InvalidError } from '../../model/errors.ts'
import type { RepoEvent } from '../../model/event.ts'
import { decodeEvent } from '../../model/event-bytes.ts'
import type { Nsid } from '../../model/nsid.ts'
import { type Backoff, repeat } from '../../model/repeat.ts'
import type { Search } from '../../state/search/search.ts'
import type { HeldLimits, Storage } from '../../state/storage/storage.ts'
import {
  firehoseBackfill,
  firehoseLive,
  type StreamEntry,
  type Streams,
} from '../../state/streams/streams.ts'
import { BackfillLane, type LiveProgress } from './backfill-lane.ts'
import type { IsObserved } from './batch.ts'
import { refused, type VerifyFrame } from './drain.ts'
import { isFatal } from './faults.ts'
import { type NoticeOptions, Notifier } from './notices.ts'
import type { Tally } from './tally.ts'
import { type WaitingLimits, waitingLimits } from './waiting.ts'
import { WaitingEvents } from './waiting-events.ts'
import { Writer } from './writer.ts'

export interface IndexerOptions extends NoticeOptions {
  readonly streams: Pick<Streams, 'read' | 'readable' | 'acknowledge'>
  readonly storage: Pick<Storage, 'repos' | 'apply' | 'held' | 'withHeld' | 'heldBeyond'>
  readonly search: Pick<Search, 'apply'>
  /**
   * Reads and verifies the frame of an event that has waited for a key. Throws an error named `WrongKey` when another
   * key may fit, and any other when it is refused. @default refuses all, so that their repos are fetched instead
   */
  readonly verifyFrame?: VerifyFrame
  /** Which collections are kept of such events; of others that is decided before they get here. @default all */
  readonly keeps?: (collection: Nsid) => boolean
  /** Repos that nothing is to be kept of: what comes of them is dropped. @default none */
  readonly isUntracked?: (did: Did) => boolean
  /** How many events of one repo may wait. @default 2000 and 8 MB */
  readonly limits?: WaitingLimits
  /** How many events of all repos may wait. @default 200_000 and 1 GB */
  readonly totalLimits?: HeldLimits
  /** Which operations of live events are told to observers, once they are applied. @default none */
  readonly isObserved?: IsObserved
  /** Applies at most this many entries of the stream of live events together. @default 500 */
  readonly batchEntries?: number
  /** For how long, in ms, it still indexes what is left in the streams once it is told to stop. @default 3000 */
  readonly drainMs?: number
  /** How long to wait before what has failed is tried again. @default 100 ms, doubling up to 5 s */
  readonly backoff?: Backoff
  /** What says when repos and records have changed. @default wallClock */
  readonly now?: Clock
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

/** The consumer group that indexes the streams of live events and of sync runs. */
export const indexerGroup = 'indexer'

/**
 * Applies the streams of live events and of sync runs to storage and search, and acknowledges what is durable. It is the
 * only writer of repos and records. Both streams have their turn: a batch of live events, then one short slice of the
 * other.
 */
export class Indexer {
  readonly #options: Required<IndexerOptions>
  readonly #writer: Writer
  readonly #waiting: WaitingEvents
  readonly #backfill: BackfillLane
  #liveApplied = 0
  #activeTasks = 0
  #batches = 0
  #failure: unknown

  constructor(options: IndexerOptions) {
    this.#options = { ...defaults, ...options }
    const { streams, storage, isUntracked, onError } = this.#options
    const onSkip = (error: unknown) =>
      onError(error instanceof InvalidError ? 'expected' : 'unexpected', error)
    const onFault = (error: unknown) => onError('unexpected', error)
    const writer = new Writer({ ...this.#options, notifier: new Notifier(this.#options) })
    const waiting = new WaitingEvents({ ...this.#options, storage, writer, onSkip, onFault })
    this.#writer = writer
    this.#waiting = waiting
    this.#backfill = new BackfillLane({ streams, writer, waiting, group: indexerGroup, isUntracked, onSkip })
  }

  /** How many batches were applied and acknowledged. It stands still where nothing succeeds, or there is nothing to do. */
  get batches(): number {
    return this.#batches
  }

  /** What has failed since then, and is tried again. */
  get failure(): unknown {
    return this.#failure
  }

  /** Batches being applied right now. */
  get activeTasks(): number {
    return this.#activeTasks
  }

  /** Runs until `signal` aborts and both streams are at their end, or `drainMs` have passed. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { streams, batchEntries, drainMs } = this.#options
    let stopAt = Number.POSITIVE_INFINITY
    const stop = () => {
      stopAt = performance.now() + drainMs
    }
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    while (performance.now() < stopAt) {
      // Only a look that began after the signal sees all that was appended before it.
      const isStopping = signal.aborted
      const read = () => streams.read(firehoseLive, indexerGroup, batchEntries)
      const entries = await this.#repeat(read, signal)
      if (entries === undefined) return
      if (entries.length > 0 && !(await this.#live(entries, signal))) return
      const progress = { applied: this.#liveApplied, isAtEnd: entries.length < batchEntries }
      const worked = await this.#backfillTurn(progress, signal)
      if (worked === undefined) return
      if (entries.length === 0 && !worked) {
        if (isStopping) return
        if (!signal.aborted) await this.#somethingToRead(signal)
        continue
      }
      // Requests and the firehose take their turn.
      await setImmediate()
    }
  }

  async #somethingToRead(signal: AbortSignal): Promise<void> {
    const { streams } = this.#options
    const done = new AbortController()
    const end = () => done.abort()
    signal.addEventListener('abort', end)
    const readable = [firehoseLive, firehoseBackfill].map((stream) =>
      streams.readable(stream, indexerGroup, done.signal),
    )
    await Promise.race(readable)
    // The other one must not go on waiting.
    end()
    signal.removeEventListener('abort', end)
  }

  /** @returns false when it had to stop before the batch could be applied. */
  async #live(entries: readonly StreamEntry[], signal: AbortSignal): Promise<boolean> {
    const { streams, onAckFailure } = this.#options
    this.#activeTasks++
    const isApplied = await this.#index(entries, signal)
    this.#activeTasks--
    if (!isApplied) return false
    const id = entries.at(-1)?.id ?? 0
    this.#liveApplied = id
    // What is not acknowledged comes again after a restart, and is known by its revisions then.
    await this.#repeat(() => streams.acknowledge(firehoseLive, indexerGroup, id), signal, onAckFailure)
    this.#succeeded()
    return true
  }

  /** @returns whether there was something to do; undefined when it had to stop before that could be done. */
  async #backfillTurn(live: LiveProgress, signal: AbortSignal): Promise<boolean | undefined> {
    this.#activeTasks++
    const worked = await this.#repeat(() => this.#backfill.turn(live), signal)
    this.#activeTasks--
    await this.#repeat(() => this.#backfill.acknowledge(), signal, this.#options.onAckFailure)
    if (worked === true) this.#succeeded()
    return worked
  }

  /** @returns false when it had to stop before the batch could be applied. */
  async #index(entries: readonly StreamEntry[], signal: AbortSignal): Promise<boolean> {
    const { isUntracked, onError } = this.#options
    const events: LiveEvent[] = []
    for (const { id, payload } of entries) {
      try {
        const event = decodeEvent(payload)
        if (!isUntracked(event.did)) events.push({ position: id, event, payload })
      } catch (error) {
        onError('unexpected', error)
      }
    }
    return (await this.#repeat(() => this.#applyOrSplit(events), signal)) === true
  }

  /** Where one event spoils a batch, applies the others one by one. @throws what is worth trying again. */
  async #applyOrSplit(events: readonly LiveEvent[]): Promise<true> {
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
        await this.#refuse(event)
      }
    }
    return true
  }

  /** An event that is skipped leaves its repo behind what its host has. */
  async #refuse({ position, event }: LiveEvent): Promise<void> {
    if (event.kind === 'identity' || event.kind === 'account') return
    try {
      await this.#apply([{ position, event: refused(event, 'rejected') }])
    } catch (error) {
      if (!isFatal(error)) throw error
    }
  }

  async #apply(events: readonly LiveEvent[]): Promise<void> {
    const plan = await this.#writer.write(
      events.map(({ event }) => event.did),
      (plan) => {
        for (const { position, event, payload } of events) plan.add(position, event, payload)
      },
    )
    this.#waiting.soon(plan.drains)
    if (plan.tally.held > 0) await this.#makeRoom()
    for (let i = 0; i < plan.tally.invalid; i++) {
      this.#options.onError('expected', new InvalidError('a deleted account has written records'))
    }
  }

  /**
   * Where more waits than may, what has waited longest goes: it waits for a key that hardly comes any more, for what is
   * new comes within seconds. Its repos are marked, and fetched once they can be.
   */
  async #makeRoom(): Promise<void> {
    const { storage, totalLimits } = this.#options
    for (;;) {
      const dids = await storage.heldBeyond(totalLimits)
      if (dids.length === 0) return
      const { tally } = await this.#writer.write(dids, (plan) => {
        plan.step({ kind: 'lapse', dids, reason: 'key' })
        plan.tally.overflowed.all += plan.tally.dropped
      })
      if (tally.dropped === 0) return
    }
  }

  /** @returns undefined when it had to stop before the work succeeded. */
  async #repeat<Result>(
    work: () => Promise<Result>,
    signal: AbortSignal,
    onFailure = (error: unknown) => this.#options.onError('unexpected', error),
  ): Promise<Result | undefined> {
    const { backoff } = this.#options
    const onRepeat = (error: unknown) => {
      this.#failure = error
      onFailure(error)
    }
    return await repeat(work, { backoff, signal, onFailure: onRepeat }).catch(() => undefined)
  }

  #succeeded(): void {
    this.#batches++
    this.#failure = undefined
  }
}

interface LiveEvent {
  readonly position: number
  readonly event: RepoEvent
  readonly payload?: Uint8Array
}

const defaults = {
  verifyFrame: (): never => {
    throw new InvalidError('this service does not verify events later')
  },
  keeps: () => true,
  isUntracked: () => false,
  limits: waitingLimits,
  totalLimits: { events: 200_000, bytes: 1_000_000_000 },
  isObserved: () => false,
  batchEntries: 500,
  drainMs: 3000,
  backoff: { firstMs: 100, maxMs: 5000, jitter: 0.5 },
  now: wallClock,
  onApply: () => {},
  onError: () => {},
  onAckFailure: () => {},
  onDesync: () => {},
  onPending: () => {},
  onNeedless: () => {},
  onWritten: () => {},
  onUnverified: () => {},
  onNewcomer: () => {},
  onIdentity: () => {},
  onDeleted: () => {},
  onEnd: () => {},
}
