import type { MeterProvider } from '@opentelemetry/api'
import type { IMetricReader } from '@opentelemetry/sdk-metrics'

/**
 * Lets a reader report the SDK's own metrics about it. The option of the SDK's provider does the same, but takes the
 * meter before views are in place.
 *
 * @returns whether it can: not a reader that does not inherit from the SDK's.
 */
export function reportReader(reader: IMetricReader, provider: MeterProvider): boolean {
  const { _setSelfObsMeterProvider: set } = reader as Partial<Hidden>
  if (typeof set !== 'function') return false
  set.call(reader, provider)
  return true
}

interface Hidden {
  _setSelfObsMeterProvider(provider: MeterProvider): void
}
