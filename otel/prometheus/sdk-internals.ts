// The parts of sdk-metrics 3.x that have no public surface. Everything is checked before it is used; the
// tests of the files that use it fail when an SDK no longer fits.

/** What the SDK keeps for one meter. */
export type MeterState = Record<string, unknown>

export interface MeterStates {
  current(): readonly MeterState[]
  /** Calls back for each meter that is created from now on, before it is handed out. */
  onCreate(callback: (state: MeterState) => void): void
}

/** The meters behind the producer of a reader; `undefined` where its inside is not as expected. */
export function meterStates(producer: unknown): MeterStates | undefined {
  const shared = isObject(producer) ? producer._sharedState : undefined
  if (!isObject(shared) || !(shared.meterSharedStates instanceof Map)) return undefined
  const states: ReadonlyMap<unknown, unknown> = shared.meterSharedStates
  return {
    current: () => [...states.values()].filter(isObject),
    onCreate: (callback) => {
      const get = shared.getMeterSharedState
      if (typeof get !== 'function') return
      shared.getMeterSharedState = (scope: unknown) => {
        const known = states.size
        const state: unknown = get.call(shared, scope)
        if (states.size > known && isObject(state)) callback(state)
        return state
      }
    },
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
