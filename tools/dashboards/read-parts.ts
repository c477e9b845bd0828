import type { DashboardPanel } from './dashboard.ts'
import { type Field, field, items, numberOf, textOf } from './fields.ts'

/** Steps of the thresholds, the same in both schemas. The first step of a file has no value. */
export function readThresholds(of: Field): DashboardPanel['thresholds'] {
  return items(field(of, 'steps')).map((step) => ({
    value: numberOf(field(step, 'value')) ?? null,
    color: textOf(field(step, 'color')) ?? '',
  }))
}

export function readTags(of: Field): readonly string[] {
  return items(of)
    .map(textOf)
    .filter((tag) => tag !== undefined)
}
