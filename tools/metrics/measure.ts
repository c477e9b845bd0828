import { isTotal, type SeriesPart, splitSeries, withoutTotal } from '@tidegauge/otel/naming'
import type { Selector } from '../promql/expression.ts'
import type { Inventory, KnownMetric } from './inventory.ts'
import { unitOf } from './metric-unit.ts'
import { count, date, measuredIn, plain, type ResultUnit } from './result-unit.ts'

/** What the series that a selector finds measure, by the declared unit of their metric or by its name. */
export function measureOf({ name }: Selector, inventory: Inventory): ResultUnit | undefined {
  if (name === undefined || name.isVariable) return undefined
  const found = inventory.ofSeries(name.text)
  if (found !== undefined) return ofPart(found.metric, found.part)
  return ofUnknown(name.text)
}

function ofPart(metric: KnownMetric, part: SeriesPart): ResultUnit | undefined {
  if (part === 'bucket' || part === 'count') return count
  if (part === 'created') return date
  if (/_timestamp_seconds$/.test(withoutTotal(metric.name))) return date
  const unit = unitOf(metric)
  // An empty unit is a declared one: of states, flags and numbers.
  if (unit === undefined) return metric.type === 'counter' || metric.unit === '' ? count : undefined
  if (unit === '1') return metric.type === 'counter' ? count : plain
  return measuredIn(unit)
}

/** A name without a metric tells what the conventions say. */
function ofUnknown(name: string): ResultUnit | undefined {
  const { metric, part } = splitSeries(name)
  if (part === 'bucket' || part === 'count') return count
  if (/_timestamp_seconds$/.test(name)) return date
  const unit = unitOf({ name: part === 'sum' ? metric : name, unit: undefined })
  if (unit === undefined) return isTotal(name) ? count : undefined
  return measuredIn(unit)
}
