/** Prometheus refused a query, or gave it up; its message says why. */
export class PrometheusError extends Error {
  override readonly name = 'PrometheusError'
  readonly type = 'query'
}
