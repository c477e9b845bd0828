import type { Attributes } from '@opentelemetry/api'
import { matchesWildcard } from '../wildcard.ts'
import type { PrometheusEndpointOptions } from './options.ts'

/** Picks the resource attributes that every series carries as labels; by default none. */
export function constantAttributes(
  attributes: Attributes,
  options: Pick<PrometheusEndpointOptions, 'resourceConstantLabels' | 'withResourceConstantLabels'>,
): Attributes {
  const { resourceConstantLabels: lists, withResourceConstantLabels: expression } = options
  const { included = ['*'], excluded = [] } = lists ?? { included: [] }
  const isPicked = (key: string) => {
    if (excluded.some((one) => matchesWildcard(one, key))) return false
    return (
      included.some((one) => matchesWildcard(one, key)) ||
      (expression !== undefined && key.search(expression) >= 0)
    )
  }
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => isPicked(key)))
}
