import { unitOfWord, withoutTotal } from '@tidegauge/otel/naming'
import type { DeclaredMetric } from './declared-metric.ts'

/** UCUM unit of a metric: the declared one, or what its name tells. Undefined when nothing tells. */
export function unitOf({ name, unit }: Pick<DeclaredMetric, 'name' | 'unit'>): string | undefined {
  // OpenMetrics writes units as words, as names do.
  if (unit !== undefined && unit !== '') return unitOfWord(unit) ?? unit
  const words = withoutTotal(name)
    .replace(/(_(?:bytes|bits))_(in|out|read|written|received|sent|transmitted|used|free|available)$/, '$1')
    .split('_')
  // Something per hour is not a number of hours.
  return words.at(-2) === 'per' ? undefined : unitOfWord(words.at(-1) ?? '')
}
