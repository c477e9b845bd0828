import type { Attributes } from '@opentelemetry/api'
import type { PrometheusEndpointOptions } from './options.ts'

/** Picks the resource attributes that every series carries as labels; by default none. */
export function constantAttributes(
  attributes: Attributes,
  options: Pick<PrometheusEndpointOptions, 'resourceConstantLabels' | 'withResourceConstantLabels'>,
): Attributes {
  const { resourceConstantLabels: lists, withResourceConstantLabels: expression } = options
  const included = lists && (lists.included ?? ['*']).map(pattern)
  const excluded = (lists?.excluded ?? []).map(pattern)
  const isPicked = (key: string) => {
    if (excluded.some((one) => one.test(key))) return false
    return included?.some((one) => one.test(key)) || (expression !== undefined && key.search(expression) >= 0)
  }
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => isPicked(key)))
}

/** Patterns of the declarative configuration: `*` stands for any characters, `?` for one. */
function pattern(text: string): RegExp {
  const source = text
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 's')
}
