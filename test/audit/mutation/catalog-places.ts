import type { ComponentCatalog } from '../../../otel/catalog/component.ts'

/**
 * A catalog in which one declaration is another one, or gone, wherever it is named: queries of rules and panels refer to
 * metrics and recordings themselves, not to their names.
 */
export function withChanged(
  components: readonly ComponentCatalog[],
  was: object,
  is: object | undefined,
): readonly ComponentCatalog[] {
  const changed = new Map<object, object>()
  const copy = <Value>(value: Value): Value => {
    if (typeof value !== 'object' || value === null) return value
    const known = changed.get(value)
    if (known !== undefined) return known as Value
    const copied = Array.isArray(value)
      ? value.map(copy)
      : Object.fromEntries(Object.entries(value).map(([key, each]) => [key, copy(each)]))
    changed.set(value, copied)
    return copied as Value
  }
  // What it refers to are copies as well, or a panel would show metrics that the catalog does not have.
  if (is) changed.set(was, copy(is))
  const left = components.map((component) => ({
    ...component,
    metrics: component.metrics.filter((each) => is !== undefined || each !== was),
    recordings: component.recordings.filter((each) => is !== undefined || each !== was),
    panels: component.panels.filter((each) => is !== undefined || each !== was),
    alerts: component.alerts.filter((each) => is !== undefined || each !== was),
  }))
  return copy(left)
}
