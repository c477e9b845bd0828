// The parts of sdk-metrics 3.x that have no public surface. Everything is checked before it is used; the
// tests of the files that use it fail when an SDK no longer fits.

/** What the SDK keeps for one meter. */
export type MeterState = Record<string, unknown>

/** The meters of a provider; none where its inside is not as expected. */
export function meterStates(owner: unknown): readonly MeterState[] {
  return [...(sharedState(owner)?.meterSharedStates.values() ?? [])].filter(isObject)
}

/** What the SDK keeps for one metric stream. */
export type Storage = Record<string, unknown>

/** Calls back for each storage that is made from now on, once and before anything is recorded. */
export function onStorage(owner: unknown, callback: (storage: Storage) => void): void {
  onSyncStorage(owner, callback)
  onAsyncStorage(owner, callback)
}

/** Calls back for the storages of synchronous instruments alone. */
export function onSyncStorage(owner: unknown, callback: (storage: Storage) => void): void {
  onRegistered(owner, 'registerMetricStorage', callback)
}

/** Calls back for the storages of observable instruments alone. */
export function onAsyncStorage(owner: unknown, callback: (storage: Storage) => void): void {
  onRegistered(owner, 'registerAsyncMetricStorage', callback)
}

type Register = 'registerMetricStorage' | 'registerAsyncMetricStorage'

function onRegistered(owner: unknown, method: Register, callback: (storage: Storage) => void): void {
  const shared = sharedState(owner)
  if (shared === undefined) return
  const { getMeterSharedState } = shared
  const known = new WeakSet<MeterState>()
  shared.getMeterSharedState = (scope) => {
    const state = getMeterSharedState.call(shared, scope)
    if (isObject(state) && !known.has(state)) {
      known.add(state)
      watchStorages(state, method, callback)
    }
    return state
  }
}

function watchStorages(state: MeterState, method: Register, callback: (storage: Storage) => void): void {
  const register = state[method]
  if (typeof register !== 'function') return
  // Instruments of one description share their storages.
  const seen = new WeakSet<Storage>()
  state[method] = (...parameters: unknown[]) => {
    const registered: unknown = register.apply(state, parameters)
    for (const storage of storagesIn(registered)) {
      if (!isObject(storage) || seen.has(storage)) continue
      seen.add(storage)
      callback(storage)
    }
    return registered
  }
}

function storagesIn(registered: unknown): readonly unknown[] {
  if (Array.isArray(registered)) return registered
  return isObject(registered) && Array.isArray(registered._backingStorages)
    ? registered._backingStorages
    : [registered]
}

/** What a provider shares with its readers' producers. */
export interface SharedState {
  readonly meterSharedStates: ReadonlyMap<unknown, unknown>
  readonly viewRegistry?: unknown
  getMeterSharedState(scope: unknown): unknown
}

export function sharedState(owner: unknown): SharedState | undefined {
  const shared = isObject(owner) ? owner._sharedState : undefined
  const fits =
    isObject(shared) &&
    shared.meterSharedStates instanceof Map &&
    typeof shared.getMeterSharedState === 'function'
  return fits ? (shared as unknown as SharedState) : undefined
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
