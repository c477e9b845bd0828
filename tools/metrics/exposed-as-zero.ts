import type { DeclaredMetric } from './declared-metric.ts'

/** Whether its library exposes a metric of the source as 0 from its registration on, before anything is recorded. */
export function isExposedAsZero({ library, labels, areLabelsKnown }: DeclaredMetric): boolean {
  return library !== undefined && eager.has(library) && areLabelsKnown !== false && labels.size === 0
}

/** The other libraries wait for the first value, as these do for metrics with labels. */
const eager: ReadonlySet<string> = new Set([
  'prom-client',
  'client_golang',
  'prometheus_client',
  'prometheus',
])
