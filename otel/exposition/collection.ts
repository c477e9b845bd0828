import type { CollectionResult, MetricData, ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { type CallbackFailure, type CallbackRun, collectGuarded } from '../sdk/callbacks.ts'
import { Deadline } from './deadline.ts'
import type { Body } from './exposition.ts'

export interface CollectionOptions {
  /** The SDK's producer of the reader. */
  readonly producer: () => unknown
  readonly collect: (timeoutMs: number) => Promise<CollectionResult>
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

/** Collects for scrapes; those that arrive while one is under way share it, so that callbacks run once. */
export class Collection {
  readonly #options: CollectionOptions
  #current: Run | undefined

  constructor(options: CollectionOptions) {
    this.#options = options
  }

  /**
   * @param timeMs what the scraper grants for collecting; the shortest of those who share a collection counts.
   * @throws {ScrapeTimeoutError} when nothing at all could be collected in time.
   * @throws whatever makes the whole collection fail.
   */
  async scrape(timeMs: number, { key, write }: Writing): Promise<Scraped> {
    const run = this.#current ?? this.#begin(timeMs)
    run.deadline.atMostIn(timeMs)
    try {
      const { resourceMetrics, partial } = await run.snapshot
      const body = run.bodies.get(key) ?? write(resourceMetrics)
      run.bodies.set(key, body)
      return { body: await body, partial }
    } finally {
      if (this.#current === run) this.#current = undefined
    }
  }

  #begin(timeMs: number): Run {
    const deadline = new Deadline(timeMs)
    const snapshot = this.#collect(deadline).finally(() => deadline[Symbol.dispose]())
    this.#current = { deadline, snapshot, bodies: new Map() }
    return this.#current
  }

  async #collect(deadline: Deadline): Promise<Snapshot> {
    const { producer, collect, report, onError } = this.#options
    const run: CallbackRun = { deadline, failures: [], stale: new Set() }
    const collected = collectGuarded(producer(), run, () => collect(deadline.remainingMs + sdkGraceMs))
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
    }
  }
}

interface Snapshot {
  readonly resourceMetrics: ResourceMetrics
  readonly partial: boolean
}

interface Run {
  readonly deadline: Deadline
  readonly snapshot: Promise<Snapshot>
  readonly bodies: Map<string, Promise<Body>>
}

/** The SDK's own time limit comes later than ours, which says whose callback it was. */
const sdkGraceMs = 100

/** The time the SDK gets to hand over the rest, once callbacks have been abandoned. */
const handOverMs = 250

async function tooLate(deadline: Deadline): Promise<never> {
  await deadline.passed
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
