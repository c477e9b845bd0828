import { wallClock } from '../../model/clock.ts'
import type { RecordAddress, StoredRecord } from '../../model/record.ts'
import type { Checkpoint } from '../../state/checkpoint/checkpoint.ts'
import type { Queue } from '../../state/queue/queue.ts'
import type { Streams } from '../../state/streams/streams.ts'
import type { executeAction } from '../actions/execute.ts'
import { ActionWorkers, type ActionWorkersOptions } from './action-workers.ts'
import type { ObserversFile } from './definition.ts'
import { Listener, type ListenerOptions } from './listener.ts'
import { ObserverIndex } from './observer-index.ts'
import type { PreparedObserver } from './prepare.ts'
import { type ObserverJson, shownObserver } from './shown.ts'

export interface ObserversOptions
  extends Pick<ListenerOptions, 'onProcessed'>,
    Pick<ActionWorkersOptions, 'onFailed'> {
  readonly file: ObserversFile
  /** Those of the file, with actions that are ready to run. */
  readonly prepared: readonly PreparedObserver[]
  readonly streams: Streams
  readonly checkpoint: Checkpoint
  readonly queue: Queue
  readonly execute: typeof executeAction
  readonly record: (address: RecordAddress) => Promise<StoredRecord | undefined>
  readonly isHidden: ActionWorkersOptions['isHidden']
  /** Called when the stream or the queue fails, which is repeated. Must not throw. */
  readonly onError: (error: unknown) => void
}

/** Observers at work: a listener that turns events into jobs, and workers that do them. */
export class Observers {
  readonly #file: ObserversFile
  readonly #listener: Listener
  readonly #workers: ActionWorkers
  /** How many events each has matched since the start, and when it did last. */
  readonly #seen: Map<string, { matched: number; lastMs?: number }>

  constructor(options: ObserversOptions) {
    const { file, prepared, streams, checkpoint, queue, execute, record, isHidden, onError } = options
    this.#file = file
    this.#seen = new Map(file.observers.map(({ name }) => [name, { matched: 0 }]))
    this.#listener = new Listener({
      streams,
      checkpoint,
      queue,
      index: new ObserverIndex(file.observers),
      maxWaiting: file.limits.waiting_jobs,
      onMatch: ({ name }) => this.#note(name),
      onError,
      ...(options.onProcessed && { onProcessed: options.onProcessed }),
    })
    this.#workers = new ActionWorkers({
      queue,
      observers: prepared,
      execute,
      record,
      isHidden,
      concurrency: file.concurrency,
      perGroup: file.limits.per_host,
      onError,
      ...(options.onFailed && { onFailed: options.onFailed }),
    })
  }

  /** Events that were read, and whose jobs are not durable yet. */
  get inFlight(): number {
    return this.#listener.inFlight
  }

  /** What there is, and what it has seen since the start. */
  list(): readonly ObserverJson[] {
    return this.#file.observers.map((observer) => {
      const { matched = 0, lastMs } = this.#seen.get(observer.name) ?? {}
      const lastMatchAt = lastMs === undefined ? undefined : new Date(lastMs).toISOString()
      return { ...shownObserver(observer), matched, ...(lastMatchAt && { lastMatchAt }) }
    })
  }

  /** Runs until `signal` aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#listener.run(signal), this.#workers.run(signal)])
  }

  #note(name: string): void {
    const seen = this.#seen.get(name)
    if (seen === undefined) return
    seen.matched++
    seen.lastMs = wallClock()
  }
}
