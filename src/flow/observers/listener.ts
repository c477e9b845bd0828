import { setImmediate } from 'node:timers/promises'
import { actionsQueue } from '../../model/action.ts'
import { decodeEvent } from '../../model/event-bytes.ts'
import { type Backoff, repeat, sleepUnlessAborted } from '../../model/repeat.ts'
import type { Checkpoint, CoveredJob } from '../../state/checkpoint/checkpoint.ts'
import type { Queue } from '../../state/queue/queue.ts'
import { observed, type StreamEntry, type Streams } from '../../state/streams/streams.ts'
import { jobsOf } from './action-job.ts'
import type { Observer } from './definition.ts'
import { eventsOf, type ObservedEvent } from './observed-event.ts'
import type { ObserverIndex } from './observer-index.ts'

export interface ListenerOptions {
  readonly streams: Pick<Streams, 'read' | 'readable' | 'acknowledge'>
  readonly checkpoint: Pick<Checkpoint, 'recover' | 'save'>
  readonly queue: Pick<Queue, 'totals'>
  readonly index: Pick<ObserverIndex<Observer>, 'match'>
  /** While more jobs than this wait, no further events are taken. @default 100_000 */
  readonly maxWaiting?: number
  /** For how long, in ms of running time, an event that comes again is known. @default 24 hours */
  readonly windowMs?: number
  /** How long to wait before what has failed is tried again. @default 100 ms, doubling up to 5 s */
  readonly backoff?: Backoff
  /** Called with each event once its jobs are durable, or it was found to be unreadable. Must not throw. */
  readonly onProcessed?: (outcome: 'success' | 'failure', durationMs: number) => void
  /** Called with an observer whenever an event fulfils its conditions. Must not throw. */
  readonly onMatch?: (observer: Observer) => void
  /** Called with what cannot be read, and with each failed attempt that is repeated. Must not throw. */
  readonly onError?: (error: unknown) => void
}

/** Names the listener: its group of the stream, its checkpoint, and the scope of its keys. */
export const observersGroup = 'observers'

/**
 * Turns what the indexer has applied into jobs of actions. The jobs, the keys by which an event is known again, and how
 * far it has come are saved in one transaction: whenever the process dies, no event is lost, and none has its jobs twice.
 */
export class Listener {
  readonly #options: Required<ListenerOptions>
  #inFlight = 0

  constructor(options: ListenerOptions) {
    this.#options = { ...defaults, ...options }
  }

  /** Events that were read, and whose jobs are not durable yet. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** Runs until `signal` aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { streams, checkpoint } = this.#options
    const recovered = await this.#repeat(() => checkpoint.recover(observersGroup), signal)
    let position = recovered ?? 0
    while (!signal.aborted) {
      if (!(await this.#hasRoom(signal))) continue
      const entries = await this.#repeat(() => streams.read(observed, observersGroup, entriesAtOnce), signal)
      if (entries === undefined) return
      const last = entries.at(-1)
      if (last === undefined) {
        await streams.readable(observed, observersGroup, signal)
        continue
      }
      // What was saved and not acknowledged comes once more after a crash.
      const isDone = await this.#take(
        entries.filter(({ id }) => id > position),
        signal,
      )
      if (!isDone) return
      position = Math.max(position, last.id)
      await this.#repeat(() => streams.acknowledge(observed, observersGroup, last.id), signal)
      // Requests and the indexer take their turn.
      await setImmediate()
    }
  }

  /** @returns false when it had to stop before all was saved. */
  async #take(entries: readonly StreamEntry[], signal: AbortSignal): Promise<boolean> {
    const { checkpoint, index, onProcessed, onMatch } = this.#options
    const startedMs = performance.now()
    const step = { jobs: [] as CoveredJob[], position: 0, outcomes: [] as ('success' | 'failure')[] }
    const save = async (position: number) => {
      const jobs = step.jobs.splice(0)
      return this.#repeat(() => checkpoint.save({ listener: observersGroup, position, jobs }), signal)
    }
    try {
      for (const entry of entries) {
        for (const event of this.#read(entry)) {
          this.#inFlight++
          step.outcomes.push(event === 'unreadable' ? 'failure' : 'success')
          if (event === 'unreadable') continue
          const observers = index.match(event)
          for (const observer of observers) onMatch(observer)
          for (const job of jobsOf(event, observers)) {
            step.jobs.push({
              queue: actionsQueue,
              job,
              once: { scope: observersGroup, key: job.key, windowMs: this.#options.windowMs },
            })
            // The position stays before an event whose jobs are more than one transaction takes.
            if (step.jobs.length >= jobsPerStep && (await save(entry.id - 1)) === undefined) return false
          }
        }
        step.position = entry.id
      }
      if (step.position > 0 && (await save(step.position)) === undefined) return false
      const eachMs = (performance.now() - startedMs) / Math.max(1, step.outcomes.length)
      for (const outcome of step.outcomes) onProcessed(outcome, eachMs)
      return true
    } finally {
      this.#inFlight -= step.outcomes.length
    }
  }

  #read({ payload }: StreamEntry): readonly (ObservedEvent | 'unreadable')[] {
    try {
      const event = decodeEvent(payload)
      return event.kind === 'commit' ? [...eventsOf(event)] : []
    } catch (error) {
      this.#options.onError(error)
      return ['unreadable']
    }
  }

  /** Waits while there is too much to do. @returns whether there is room. */
  async #hasRoom(signal: AbortSignal): Promise<boolean> {
    const { queue, maxWaiting } = this.#options
    const totals = await this.#repeat(() => queue.totals(actionsQueue), signal)
    if (totals === undefined || totals.waiting + totals.running < maxWaiting) return true
    await sleepUnlessAborted(pauseMs, signal)
    return false
  }

  /** @returns undefined when it had to stop before the work succeeded. */
  async #repeat<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result | undefined> {
    const { backoff, onError: onFailure } = this.#options
    return await repeat(work, { backoff, signal, onFailure }).catch(() => undefined)
  }
}

const defaults = {
  maxWaiting: 100_000,
  windowMs: 24 * 3_600_000,
  backoff: { firstMs: 100, maxMs: 5000, jitter: 0.5 },
  onProcessed: () => {},
  onMatch: () => {},
  onError: () => {},
}

const entriesAtOnce = 200
const jobsPerStep = 1000
const pauseMs = 200
