import { AsyncLocalStorage } from 'node:async_hooks'
import { isObject, meterStates } from './provider-state.ts'

/** An observable callback whose metrics are missing from a collection. */
export interface CallbackFailure {
  /** OpenTelemetry name of the instrument; of the first one for a batch callback. */
  readonly metric: string
  readonly reason: 'error' | 'timeout'
  readonly error: unknown
}

/** What one collection has come to. */
export class CallbackRun {
  /** `passed` resolves when the time of the collection is up, of which so much is left. */
  readonly deadline: { readonly passed: Promise<void>; readonly remainingMs: number }
  readonly failures: CallbackFailure[] = []
  /** Descriptors of the streams whose values are not of this collection. */
  readonly stale = new Set<unknown>()
  /** The results of the callbacks that have ended well, or how they failed; nothing yet of those that run. */
  readonly outcomes = new Map<object, Outcome | undefined>()
  /** What has ended there is taken from there; what has not is left behind at once. */
  readonly ahead: CallbackRun | undefined

  /** @param ahead a collection under way, of which this one takes what there is by now. */
  constructor(deadline: CallbackRun['deadline'], ahead?: CallbackRun) {
    this.deadline = deadline
    this.ahead = ahead
  }
}

type Outcome = { readonly result: unknown } | Pick<CallbackFailure, 'reason' | 'error'>

/**
 * Runs `collect` so that observable callbacks which fail or outlast the deadline are named in `run`, and
 * abandoned: the SDK alone tells neither which one it was, nor that it served an old value instead. A callback
 * that still runs from an earlier scrape is not called again, but waited for, unless it has had the time already that
 * this scrape grants.
 *
 * @param producer the SDK's producer of the reader; one whose inside is not known is collected as it is.
 * @param collect gets whether all callbacks are watched, so that no other limit of time is needed.
 */
export function collectGuarded<T>(
  producer: unknown,
  run: CallbackRun,
  collect: (isGuarded: boolean) => Promise<T>,
): Promise<T> {
  const registries = meterStates(producer).map(({ observableRegistry }) => observableRegistry)
  const known = registries.filter(isRegistry)
  for (const registry of known) guard(registry)
  const isGuarded = known.length > 0 && known.length === registries.length
  return runs.run(run, () => collect(isGuarded))
}

/** The collection on whose behalf this code runs; undefined where it is not one of a scrape. */
export function currentRun(): CallbackRun | undefined {
  return runs.getStore()
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
  const running = new WeakMap<Registration, Execution>()
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

/** A call of a callback that has not ended. */
interface Execution {
  readonly work: Promise<unknown>
  readonly result: unknown
  readonly since: number
}

async function watched(
  registration: Registration,
  result: unknown,
  run: CallbackRun,
  running: WeakMap<Registration, Execution>,
): Promise<void> {
  try {
    run.outcomes.set(registration, undefined)
    if (run.ahead?.outcomes.has(registration)) take(run.ahead.outcomes.get(registration), result)
    else {
      const pending = execute(registration, result, run, running)
      // What ends at once has to be recorded at once.
      if (pending) await pending
    }
    run.outcomes.set(registration, { result })
  } catch (thrown) {
    const [error, reason] = [thrown, thrown instanceof LateError ? 'timeout' : 'error'] as const
    run.outcomes.set(registration, { reason, error })
    const instruments = [...(registration.instruments ?? [registration.instrument])]
    for (const instrument of instruments) for (const stale of descriptorsOf(instrument)) run.stale.add(stale)
    run.failures.push({ metric: nameOf(instruments[0]), reason, error })
    throw error
  }
}

/** Calls a callback, or waits for the call that is under way. */
function execute(
  registration: Registration,
  result: unknown,
  { deadline }: CallbackRun,
  running: WeakMap<Registration, Execution>,
): Promise<void> | undefined {
  const earlier = running.get(registration)
  if (earlier !== undefined && performance.now() - earlier.since >= deadline.remainingMs)
    throw new LateError('still running since an earlier scrape')
  const inTime = async (work: Promise<unknown>) => {
    const late = deadline.passed.then(() => {
      throw new LateError('did not finish in the time of the scrape')
    })
    await Promise.race([work, late])
  }
  if (earlier !== undefined) return inTime(earlier.work).then(() => take({ result: earlier.result }, result))
  const since = performance.now()
  const work = registration.callback(result)
  if (!(work instanceof Promise)) return undefined
  running.set(registration, { work, result, since })
  const done = () => running.delete(registration)
  work.then(done, done)
  return inTime(work)
}

/** Takes over what a call for another collection has brought. */
function take(outcome: Outcome | undefined, result: unknown): void {
  if (outcome === undefined) throw new LateError('did not finish in the time of the scrape')
  if ('error' in outcome) throw outcome.error
  const { result: brought } = outcome
  if (!isObject(result) || !isObject(brought) || brought._buffer === undefined)
    throw new LateError('still running since an earlier scrape')
  result._buffer = brought._buffer
}

/** A callback has not ended in time. */
class LateError extends Error {
  override readonly name = 'LateError'
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
