import { consumersOf } from './consumers.ts'
import type { Inputs } from './inputs.ts'
import { isUnrecorded, type ServiceMetric, serviceMetrics } from './service-metrics.ts'

/** Metrics that no panel shows, without those that the catalog excuses and those that nothing records. */
export function unshownMetrics(inputs: Inputs): readonly ServiceMetric[] {
  const { panels } = consumersOf(inputs)
  const excused = new Set(
    inputs.catalog?.metrics.filter(({ noPanel }) => noPanel !== undefined).map(({ name }) => name),
  )
  return serviceMetrics(inputs).filter(
    ({ metric: { name } }) => !panels.has(name) && !excused.has(name) && !isUnrecorded(inputs, name),
  )
}
