import type { CollectionResult, MetricData, ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { type CallbackFailure, CallbackRun, collectGuarded } from '../sdk/callbacks.ts'
import { Deadline } from './deadline.ts'
import type { Body } from './exposition.ts'

export interface CollectionOptions {
  /** The SDK's producer of the reader. */
  readonly producer: () => unknown
  /** Collects with a limit of time in ms, where there is one. */
  readonly collect: (timeoutMs: number | undefined) => Promise<CollectionResult>
  /** Called for each callback that failed, and makes of the failures so far what the scrape shows of them. */
  readonly report: (failures: readonly CallbackFailure[]) => ResourceMetrics['scopeMetrics']
  /** Called for each failure that no callback is known for. Must not throw. */
  readonly onError: (error: unknown) => void
}

/** One way to write what was collected; scrapes that want the same share the work. */
export interface Writing {
  readonly key: string
  readonly write: (resourceMetrics: ResourceMetrics) => Promise<Body>
}

export interface Scraped {
  readonly body: Body
  /** Whether something is missing: a callback failed, or was abandoned. */
  readonly partial: boolean
}

/** The collection took longer than the scraper waits. */
export class ScrapeTimeoutError extends Error {
  override readonly name = 'ScrapeTimeoutError'
}

/**
 * Collects for scrapes; those that arrive while one is under way share it, so that callbacks run once. It lasts as long
 * as the most patient of them waits; one whose time is over before gets what has been collected by then.
 */
export class Collection {
  readonly #options: CollectionOptions
  #current: Run | undefined

  constructor(options: CollectionOptions) {
    this.#options = options
  }

  /**
   * @param timeMs what the scraper grants for collecting; counts from the beginning of the collection that it shares.
   * @throws {ScrapeTimeoutError} when nothing at all could be collected in time.
   * @throws whatever makes the whole collection fail.
   */
  async scrape(timeMs: number, { key, write }: Writing): Promise<Scraped> {
    const run = this.#shared(timeMs) ?? this.#begin(timeMs)
    run.deadline.atLeast(timeMs)
    const early = leaving(run, timeMs)
    try {
      const { resourceMetrics, partial, bodies } = await Promise.race([
        run.snapshot,
        early.time.then(() => this.#early(run)),
      ])
      const body = bodies.get(key) ?? write(resourceMetrics)
      bodies.set(key, body)
      return { body: await body, partial }
    } finally {
      clearTimeout(early.timer)
      if (this.#current === run && run.isOver) this.#current = undefined
    }
  }

  /** The collection under way, unless it has left callbacks behind that would have had more time with this scraper. */
  #shared(timeMs: number): Run | undefined {
    const run = this.#current
    if (run === undefined || timeMs <= run.deadline.afterMs) return run
    return run.callbacks.failures.some(({ reason }) => reason === 'timeout') ? undefined : run
  }

  #begin(timeMs: number): Run {
    const deadline = new Deadline(timeMs)
    const callbacks = new CallbackRun(deadline)
    const snapshot = this.#collect(callbacks, deadline).finally(() => {
      deadline[Symbol.dispose]()
      run.isOver = true
    })
    const run: Run = { deadline, callbacks, snapshot, isOver: false, early: undefined }
    this.#current = run
    return run
  }

  /** What there is of a collection that goes on; those who leave it at the same time share it. */
  #early(run: Run): Promise<Snapshot> {
    if (run.early) return run.early
    const now = { passed: Promise.resolve(), remainingMs: 0 }
    const early = this.#collect(new CallbackRun(now, run.callbacks), now)
    run.early = early
    const forget = () => {
      run.early = undefined
    }
    early.then(forget, forget)
    return early
  }

  async #collect(run: CallbackRun, deadline: CallbackRun['deadline']): Promise<Snapshot> {
    const { producer, collect, report, onError } = this.#options
    const collected = collectGuarded(producer(), run, (isGuarded) =>
      collect(isGuarded ? undefined : deadline.remainingMs + sdkGraceMs),
    )
    const { resourceMetrics, errors } = await Promise.race([collected, tooLate(deadline)])
    const { resource } = resourceMetrics
    if (resource.asyncAttributesPending) {
      await Promise.race([resource.waitForAsyncAttributes?.(), deadline.passed])
    }
    const named = new Set(run.failures.map(({ error }) => error))
    for (const error of errors) if (!named.has(error)) onError(error)
    const scopeMetrics = [...fresh(resourceMetrics, run.stale), ...report(run.failures)]
    return {
      resourceMetrics: { resource, scopeMetrics },
      partial: errors.length > 0 || run.failures.length > 0,
      bodies: new Map(),
    }
  }
}

interface Snapshot {
  readonly resourceMetrics: ResourceMetrics
  readonly partial: boolean
  /** What has been written of it, in each way that was asked for. */
  readonly bodies: Map<string, Promise<Body>>
}

interface Run {
  readonly deadline: Deadline
  readonly callbacks: CallbackRun
  readonly snapshot: Promise<Snapshot>
  /** Nothing more is collected. */
  isOver: boolean
  early: Promise<Snapshot> | undefined
}

/** When someone leaves a collection that others wait for longer; never where nobody does. */
function leaving({ deadline }: Run, timeMs: number) {
  const { promise: time, resolve } = Promise.withResolvers<void>()
  const leave = () => {
    if (deadline.afterMs > timeMs) resolve()
  }
  return { time, timer: setTimeout(leave, deadline.remainingOf(timeMs)) }
}

/** The SDK's own time limit comes later than ours, which says whose callback it was. */
const sdkGraceMs = 100

/** The time the SDK gets to hand over the rest, once callbacks have been abandoned. */
const handOverMs = 250

async function tooLate({ passed }: CallbackRun['deadline']): Promise<never> {
  await passed
  await new Promise((resolve) => setTimeout(resolve, handOverMs).unref())
  throw new ScrapeTimeoutError('the collection did not end in the time of the scrape')
}

/** Takes out the streams whose callback failed: what the SDK has of them is old. */
function fresh(
  { scopeMetrics }: ResourceMetrics,
  stale: ReadonlySet<unknown>,
): ResourceMetrics['scopeMetrics'] {
  if (stale.size === 0) return scopeMetrics
  const isFresh = ({ descriptor }: MetricData) => !stale.has(descriptor)
  return scopeMetrics.map(({ scope, metrics }) => ({ scope, metrics: metrics.filter(isFresh) }))
}
