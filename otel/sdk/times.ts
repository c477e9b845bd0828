import type { HrTime } from '@opentelemetry/api'
import type { Exemplar } from './exemplars.ts'
import { isObject, onStorage } from './provider-state.ts'

/**
 * Lets no data point begin after its own time, nor any of its exemplars be taken then, when the system's clock has been
 * set back: what has come to be in the future moves back by as much as the clock did, once, so that a series has one
 * beginning from then on. What is in the past stays as it was. The same goes for a series that begins while the
 * observations of a collection are awaited: it begins at the time of the collection. To be called before the provider
 * has meters.
 */
export function straightenTimes(owner: unknown): void {
  onStorage(owner, ({ _temporalMetricStorage: temporal }) => {
    if (!isTemporal(temporal)) return
    const { buildMetrics } = temporal
    const madeAheadMs = aheadMs()
    /** How far the wall clock was ahead of the steady one when a reader collected last. */
    const seenAheadMs = new WeakMap<object, number>()
    temporal.buildMetrics = (collector, descriptor, recorded, time) => {
      const metric = buildMetrics.call(temporal, collector, descriptor, recorded, time)
      const nowAheadMs = aheadMs()
      const setBackMs = (seenAheadMs.get(collector) ?? madeAheadMs) - nowAheadMs
      seenAheadMs.set(collector, nowAheadMs)
      const points = isObject(metric) ? metric.dataPoints : undefined
      const kept = temporal._reportHistory.get(collector)?.accumulations
      if (Array.isArray(points) && isMap(kept)) straighten(points, kept._valueMap, time, setBackMs)
      return metric
    }
  })
}

/** Changes only when somebody sets the system's clock. */
function aheadMs(): number {
  return Date.now() - performance.now()
}

/** Points and accumulations are in one order. */
function straighten(
  points: readonly Point[],
  kept: Map<unknown, Accumulation | undefined>,
  time: HrTime,
  setBackMs: number,
): void {
  const timeMs = millis(time)
  // In whole ms, as the SDK has them.
  const moved = (ms: number) => Math.min(timeMs, Math.floor(ms - Math.max(0, setBackMs)))
  let at = 0
  for (const accumulation of kept.values()) {
    const point = points[at++]
    if (point === undefined) return
    if (isAfter(point.startTime, time)) {
      point.startTime = hrTime(moved(millis(point.startTime)))
      accumulation?.setStartTime?.(point.startTime)
    }
    if (point.exemplars === undefined || accumulation === undefined) continue
    if (!point.exemplars.values().some((exemplar) => exemplar.timeMs > timeMs)) continue
    const past = point.exemplars
      .entries()
      .map(([slot, exemplar]) =>
        exemplar.timeMs > timeMs
          ? ([slot, { ...exemplar, timeMs: moved(exemplar.timeMs) }] as const)
          : ([slot, exemplar] as const),
      )
    point.exemplars = new Map(past)
    accumulation.exemplars = point.exemplars
  }
}

function isAfter([seconds, nanos]: HrTime, [otherSeconds, otherNanos]: HrTime): boolean {
  return seconds > otherSeconds || (seconds === otherSeconds && nanos > otherNanos)
}

function millis([seconds, nanos]: HrTime): number {
  return seconds * 1000 + nanos / 1e6
}

function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000)
  return [seconds, (ms - seconds * 1000) * 1e6]
}

interface Point {
  startTime: HrTime
  exemplars?: Map<number, Exemplar>
}

interface Accumulation {
  setStartTime?(time: HrTime): void
  exemplars?: Map<number, Exemplar>
}

interface Temporal {
  readonly _reportHistory: Map<unknown, { readonly accumulations: unknown }>
  buildMetrics(collector: object, descriptor: unknown, recorded: unknown, time: HrTime): unknown
}

function isTemporal(temporal: unknown): temporal is Temporal {
  return (
    isObject(temporal) &&
    temporal._reportHistory instanceof Map &&
    typeof temporal.buildMetrics === 'function'
  )
}

function isMap(map: unknown): map is { readonly _valueMap: Map<unknown, Accumulation | undefined> } {
  return isObject(map) && map._valueMap instanceof Map
}
