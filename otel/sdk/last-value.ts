import type { HrTime } from '@opentelemetry/api'
import { lastValueKind } from './aggregator-kinds.ts'
import { isObject, onStorage } from './provider-state.ts'

/**
 * Lets gauges go on after the system's clock has been set back. The SDK chooses between two values by their times, and
 * would export the old one until the clock has come to its time again; what it merges is in the order in which it was
 * recorded, so that the later one is known without a clock. To be called before the provider has meters.
 */
export function keepLastValues(owner: unknown): void {
  onStorage(owner, ({ _deltaMetricStorage: delta, _temporalMetricStorage: temporal }) => {
    if (!isObject(delta) || !isObject(temporal)) return
    const { _aggregator: aggregator } = delta
    if (!isLastValue(aggregator) || temporal._aggregator !== aggregator) return
    delta._aggregator = temporal._aggregator = inOrder(aggregator)
  })
}

/** Tells whether the storage of a gauge takes the value that was recorded later for the newer one, whatever the clock said. */
export function takesLaterValue(storage: unknown): boolean {
  const temporal = isObject(storage) ? storage._temporalMetricStorage : undefined
  const aggregator = isObject(temporal) ? temporal._aggregator : undefined
  if (!isLastValue(aggregator)) return false
  return (['merge', 'diff'] as const).every((method) => {
    const [previous, later] = [1, 2].map((value) => {
      const accumulation = aggregator.createAccumulation([0, 0])
      accumulation.record(value)
      return accumulation
    }) as [Timed, Timed]
    const [seconds] = previous.sampleTime as HrTime
    previous.sampleTime = [seconds + 3600, 0]
    return aggregator[method](previous, later).toPointValue() === 2
  })
}

/** An accumulation of the SDK, with the time at which its value was recorded. */
interface Timed {
  sampleTime: unknown
  record(value: number): void
  toPointValue(): number
}

interface LastValueAggregator {
  readonly kind: unknown
  createAccumulation(startTime: HrTime): Timed
  merge(previous: Timed, later: Timed): Timed
  diff(previous: Timed, later: Timed): Timed
}

/** The SDK shares its aggregators among streams and providers: each stream gets an heir that takes the later value. */
function inOrder(aggregator: LastValueAggregator): LastValueAggregator {
  const heir: LastValueAggregator = Object.create(aggregator)
  for (const method of ['merge', 'diff'] as const) {
    heir[method] = (previous, later) => {
      // At equal times the SDK takes the later one; the previous one is not used again.
      previous.sampleTime = later.sampleTime
      return aggregator[method](previous, later)
    }
  }
  return heir
}

function isLastValue(aggregator: unknown): aggregator is LastValueAggregator {
  return (
    isObject(aggregator) &&
    aggregator.kind === lastValueKind &&
    typeof aggregator.createAccumulation === 'function' &&
    typeof aggregator.merge === 'function' &&
    typeof aggregator.diff === 'function'
  )
}
