import { AsyncLocalStorage } from 'node:async_hooks'
import { isObject, meterStates } from './provider-state.ts'

/** An observable callback whose metrics are missing from a collection. */
export interface CallbackFailure {
  /** OpenTelemetry name of the instrument; of the first one for a batch callback. */
  readonly metric: string
  readonly reason: 'error' | 'timeout'
  readonly error: unknown
}

/** What went wrong in one collection. */
export interface CallbackRun {
  /** Resolves when the time of the collection is up. */
  readonly deadline: { readonly passed: Promise<void> }
  readonly failures: CallbackFailure[]
  /** Descriptors of the streams whose values are not of this collection. */
  readonly stale: Set<unknown>
}

/**
 * Runs `collect` so that observable callbacks which fail or outlast the deadline are named in `run`, and
 * abandoned: the SDK alone tells neither which one it was, nor that it served an old value instead. A callback
 * that still runs from an earlier scrape is not called again.
 *
 * @param producer the SDK's producer of the reader; one whose inside is not known is collected as it is.
 */
export function collectGuarded<T>(
  producer: unknown,
  run: CallbackRun,
  collect: () => Promise<T>,
): Promise<T> {
  for (const { observableRegistry } of meterStates(producer)) {
    if (isRegistry(observableRegistry)) guard(observableRegistry)
  }
  return runs.run(run, collect)
}

/** The scrape on whose behalf the SDK collects; other readers of the same provider have none. */
const runs = new AsyncLocalStorage<CallbackRun>()

interface Registration {
  readonly callback: (result: unknown) => unknown
  readonly instrument?: unknown
  readonly instruments?: Iterable<unknown>
}

interface Registry {
  _callbacks: readonly Registration[]
  _batchCallbacks: readonly Registration[]
  observe(...parameters: unknown[]): Promise<unknown[]>
}

const guarded = new WeakSet<Registry>()

function guard(registry: Registry): void {
  if (guarded.has(registry)) return
  guarded.add(registry)
  const { observe } = registry
  const running = new WeakMap<Registration, Promise<unknown>>()
  registry.observe = function guardedObserve(...parameters) {
    const run = runs.getStore()
    if (run === undefined) return observe.apply(registry, parameters)
    const guardOne = (registration: Registration) => ({
      ...registration,
      callback: (result: unknown) => watched(registration, result, run, running),
    })
    // The SDK's own code works on a view of the registry in which each callback is watched.
    const view: Registry = Object.create(registry)
    view._callbacks = registry._callbacks.map(guardOne)
    view._batchCallbacks = registry._batchCallbacks.map(guardOne)
    return observe.apply(view, parameters)
  }
}

async function watched(
  registration: Registration,
  result: unknown,
  run: CallbackRun,
  running: WeakMap<Registration, Promise<unknown>>,
): Promise<void> {
  let reason: CallbackFailure['reason'] = 'error'
  try {
    if (running.has(registration)) {
      reason = 'timeout'
      throw new Error('still running since an earlier scrape')
    }
    const work = registration.callback(result)
    if (!(work instanceof Promise)) return
    running.set(registration, work)
    const done = () => running.delete(registration)
    work.then(done, done)
    const late = run.deadline.passed.then(() => {
      reason = 'timeout'
      throw new Error('did not finish in the time of the scrape')
    })
    await Promise.race([work, late])
  } catch (error) {
    const instruments = [...(registration.instruments ?? [registration.instrument])]
    for (const instrument of instruments) for (const stale of descriptorsOf(instrument)) run.stale.add(stale)
    run.failures.push({ metric: nameOf(instruments[0]), reason, error })
    throw error
  }
}

function descriptorsOf(instrument: unknown): unknown[] {
  const storages = isObject(instrument) ? instrument._metricStorages : undefined
  return Array.isArray(storages) ? storages.map((storage) => storage?._instrumentDescriptor) : []
}

function nameOf(instrument: unknown): string {
  const descriptor = isObject(instrument) ? instrument._descriptor : undefined
  return isObject(descriptor) ? String(descriptor.name) : ''
}

function isRegistry(registry: unknown): registry is Registry {
  return (
    isObject(registry) &&
    Array.isArray(registry._callbacks) &&
    Array.isArray(registry._batchCallbacks) &&
    typeof registry.observe === 'function'
  )
}
