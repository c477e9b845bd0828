import { seriesName } from '@tidegauge/otel/naming'
import type { Inventory } from '../metrics/inventory.ts'
import type { Selector } from '../promql/expression.ts'
import { parseQuery } from '../promql/parse.ts'
import { compilePattern } from '../promql/pattern.ts'
import type { Inputs } from './inputs.ts'
import { isMatch } from './is-match.ts'
import type { Place } from './place.ts'

/** Where each metric is looked at, by its name in the inventory; a recording rule counts for the metrics in it. */
export interface Consumers {
  readonly panels: ReadonlyMap<string, readonly Place[]>
  readonly alerts: ReadonlyMap<string, readonly Place[]>
}

const known = new WeakMap<Inputs, Consumers>()

/** Finds out once which metrics the panels and alerts of the inputs look at. */
export function consumersOf(inputs: Inputs): Consumers {
  const found = known.get(inputs) ?? findConsumers(inputs)
  known.set(inputs, found)
  return found
}

/** The metrics that a query asks for. */
export function metricsIn(
  text: string,
  variables: 'grafana' | 'none',
  inventory: Inventory,
): ReadonlySet<string> {
  const selectors = parseQuery(text, { variables }).query?.selectors ?? []
  return new Set(selectors.flatMap((selector) => metricsOf(selector, inventory)))
}

function findConsumers({ dashboards, rules, inventory }: Inputs): Consumers {
  const all = rules.flatMap(({ file, groups }) =>
    groups.flatMap((group) => group.rules.map((rule) => ({ file, rule }))),
  )
  const recorded = new Map<string, Set<string>>()
  for (const { rule } of all) {
    if (rule.kind !== 'record') continue
    const inside = recorded.get(rule.name) ?? new Set()
    for (const name of metricsIn(rule.expr, 'none', inventory)) inside.add(name)
    recorded.set(rule.name, inside)
  }
  const panels = new Map<string, Place[]>()
  const alerts = new Map<string, Place[]>()
  for (const { file, panels: drawn } of dashboards)
    for (const panel of drawn)
      for (const { expr, line } of panel.targets) {
        if (expr === undefined) continue
        const place = { file, line, panel: [...panel.within, panel.title].join(' / ') }
        for (const name of withRecorded(metricsIn(expr, 'grafana', inventory), recorded))
          add(panels, name, place)
      }
  for (const { file, rule } of all) {
    if (rule.kind !== 'alert') continue
    const place = { file, line: rule.line, rule: rule.name }
    for (const name of withRecorded(metricsIn(rule.expr, 'none', inventory), recorded))
      add(alerts, name, place)
  }
  return { panels, alerts }
}

/** The metrics themselves, and all that the recordings among them are made of. */
function withRecorded(
  names: Iterable<string>,
  recorded: ReadonlyMap<string, ReadonlySet<string>>,
): Set<string> {
  const all = new Set<string>()
  const open = [...names]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (all.has(name)) continue
    all.add(name)
    for (const inside of recorded.get(name) ?? []) open.push(inside)
  }
  return all
}

/** What the pattern of a name may be for, whatever the type of the metric. */
const seriesParts = ['value', 'bucket', 'sum', 'count'] as const

function metricsOf({ name, matchers }: Selector, inventory: Inventory): readonly string[] {
  if (name !== undefined && !name.isVariable) {
    const found = inventory.ofSeries(name.text)
    return [found?.metric.name ?? name.text]
  }
  const byName = matchers.filter(({ label, value }) => label.text === '__name__' && !value.isVariable)
  if (byName.length === 0) return []
  const patterns = byName.map(({ operator, value }) => ({
    operator,
    pattern: compilePattern(value.text),
    value,
  }))
  return [...inventory.metrics.keys()].filter((metric) =>
    seriesParts.some((part) =>
      patterns.every(({ operator, pattern, value }) => {
        const name = seriesName(metric, part)
        if (operator === '=') return name === value.text
        if (operator === '!=') return name !== value.text
        return typeof pattern !== 'string' && isMatch(pattern, name, { inventory }) === (operator === '=~')
      }),
    ),
  )
}

function add(map: Map<string, Place[]>, name: string, place: Place): void {
  const places = map.get(name)
  if (places) places.push(place)
  else map.set(name, [place])
}
