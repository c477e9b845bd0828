// The parts of sdk-metrics 3.x that have no public surface. Everything is checked before it is used; the
// tests of the files that use it fail when an SDK no longer fits.

/** What the SDK keeps for one meter. */
export type MeterState = Record<string, unknown>

/** The meters of a provider; none where its inside is not as expected. */
export function meterStates(owner: unknown): readonly MeterState[] {
  return [...(sharedState(owner)?.meterSharedStates.values() ?? [])].filter(isObject)
}

/** Calls back for each storage of a synchronous instrument that is made from now on, before anything is recorded. */
export function onSyncStorage(owner: unknown, callback: (storage: Record<string, unknown>) => void): void {
  const shared = sharedState(owner)
  if (shared === undefined) return
  const { getMeterSharedState } = shared
  const known = new WeakSet<MeterState>()
  shared.getMeterSharedState = (scope) => {
    const state = getMeterSharedState.call(shared, scope)
    if (isObject(state) && !known.has(state)) {
      known.add(state)
      watchStorages(state, callback)
    }
    return state
  }
}

function watchStorages(state: MeterState, callback: (storage: Record<string, unknown>) => void): void {
  const { registerMetricStorage: register } = state
  if (typeof register !== 'function') return
  state.registerMetricStorage = (...parameters: unknown[]) => {
    const storage: unknown = register.apply(state, parameters)
    const parts =
      isObject(storage) && Array.isArray(storage._backingStorages) ? storage._backingStorages : [storage]
    for (const part of parts) if (isObject(part)) callback(part)
    return storage
  }
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
