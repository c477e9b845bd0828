import type { Alert } from '@tidegauge/otel/catalog'
import type { ComponentCatalog } from '../../../../otel/catalog/component.ts'
import type { MetricDefinition, OpenAttribute, Thresholds } from '../../../../otel/catalog/metric.ts'
import { misspelt } from '../bend.ts'
import { withChanged } from '../catalog-places.ts'
import type { Kind, Mutant } from '../mutant.ts'

const beyond = 'what there is beyond the catalog may be somebody’s own'

/** What is declared. Nothing is regenerated: dashboards, rules and scrape still are as it was declared before. */
export const kinds: readonly Kind[] = [
  metricKind(
    'metric no longer declared',
    ({ recordedBy }) => (recordedBy === undefined ? undefined : null),
    'what is recorded under the names of the semantic conventions, which need not be declared',
  ),
  metricKind('metric renamed', (metric) =>
    metric.stream
      ? { ...metric, stream: { ...metric.stream, name: misspelt(metric.stream.name) } }
      : { ...metric, name: misspelt(metric.name) },
  ),
  metricKind('unit of a metric bent', (metric) => ({ ...metric, unit: otherUnit(metric.unit) })),
  metricKind('instrument bent', (metric) => ({ ...metric, instrument: otherInstrument(metric) })),
  metricKind('description emptied', (metric) => ({ ...metric, description: '' })),
  attributeKind('attribute removed', (all, key) => {
    const { [key]: _, ...others } = all
    return others
  }),
  attributeKind('attribute renamed', (all, key) => {
    const { [key]: values = [], ...others } = all
    return { ...others, [misspelt(key)]: values }
  }),
  attributeKind('value of an attribute removed', (all, key) =>
    changedValues(all, key, ([, ...others]) => others),
  ),
  attributeKind('value of an attribute misspelt', (all, key) =>
    changedValues(all, key, ([first = '', ...others]) => [misspelt(first), ...others]),
  ),
  metricKind('buckets bent', ({ buckets, ...metric }) =>
    buckets ? { ...metric, buckets: buckets.map((bound) => bound * 3) } : null,
  ),
  thresholdKind('bounds × 100', (bounds) => ({
    ...bounds,
    ...(bounds.warning !== undefined && { warning: bounds.warning * 100 }),
    ...(bounds.critical !== undefined && { critical: bounds.critical * 100 }),
  })),
  thresholdKind('bounds turned around', ({ warning, critical, bad }) => ({
    ...(critical !== undefined && { warning: critical }),
    ...(warning !== undefined && { critical: warning }),
    bad: bad === 'below' ? 'above' : 'below',
  })),
  metricKind('meanings turned around', ({ meanings, ...metric }) =>
    meanings
      ? {
          ...metric,
          meanings: meanings.map((meaning, at) => ({ ...meaning, text: meanings.at(-1 - at)?.text ?? '' })),
        }
      : null,
  ),
  {
    ...metricKind('reason for no alert removed', ({ noAlert, ...metric }) =>
      noAlert === undefined ? null : metric,
    ),
    note: 'most metrics need no alert',
  },
  { ...declaredKind('recording no longer declared', 'recordings', () => undefined), note: beyond },
  declaredKind('recording renamed', 'recordings', (each) => ({ ...each, record: misspelt(each.record) })),
  { ...declaredKind('alert no longer declared', 'alerts', () => undefined), note: beyond },
  declaredKind('alert renamed', 'alerts', (each) => ({ ...each, alert: misspelt(each.alert) })),
  declaredKind('for of an alert bent', 'alerts', (each) => ({ ...each, for: '17m' })),
  declaredKind('severity of an alert bent', 'alerts', (each) => ({ ...each, severity: otherSeverity(each) })),
  declaredKind('comparison of an alert turned around', 'alerts', (each) => {
    const turned = { '>': '<', '<': '>', '==': '!=' } as const
    const strings = each.query.strings.map((text) => text.replace(/[<>]|==/, (is) => turned[is as '>'] ?? is))
    return strings.join() === each.query.strings.join()
      ? null
      : { ...each, query: { ...each.query, strings } }
  }),
  declaredKind('summary of an alert bent', 'alerts', (each) => ({
    ...each,
    summary: misspelt(each.summary),
  })),
  { ...declaredKind('panel no longer declared', 'panels', () => undefined), note: beyond },
  declaredKind('unit of a panel bent', 'panels', (each) => ({ ...each, unit: otherUnit(each.unit) })),
  {
    ...declaredKind('query of a panel no longer declared', 'panels', (each) =>
      each.targets.length > 1 ? { ...each, targets: each.targets.slice(1) } : null,
    ),
    note: beyond,
  },
]

/** Kinds yield null where there is nothing to bend. */
function declaredKind<Key extends 'metrics' | 'recordings' | 'alerts' | 'panels'>(
  name: string,
  key: Key,
  bend: (declared: ComponentCatalog[Key][number]) => object | undefined | null,
  leftOut?: string,
): Kind {
  return {
    name,
    of: 'catalog',
    ...(leftOut !== undefined && { leftOut }),
    *mutants({ catalog }): Generator<Mutant> {
      for (const component of catalog) {
        for (const declared of component[key]) {
          const bent = bend(declared)
          if (bent === null) continue
          const { name: said, record, alert, panel } = declared as unknown as Readonly<Record<string, string>>
          yield {
            what: `${component.name}: ${said ?? record ?? alert ?? panel}`,
            get change() {
              return { input: 'catalog', components: withChanged(catalog, declared, bent) } as const
            },
          }
        }
      }
    },
  }
}

function metricKind(
  name: string,
  bend: (metric: MetricDefinition) => MetricDefinition | undefined | null,
  leftOut?: string,
): Kind {
  return declaredKind(name, 'metrics', bend, leftOut)
}

type Attributes = Readonly<Record<string, readonly string[] | OpenAttribute>>

/** Bends the first attribute; a stream that a view renames has its own. */
function attributeKind(name: string, bend: (all: Attributes, key: string) => Attributes | null): Kind {
  return metricKind(name, (metric) => {
    const [key] = Object.keys(metric.attributes ?? {})
    if (key === undefined || metric.stream) return null
    const attributes = bend(metric.attributes ?? {}, key)
    return attributes && { ...metric, attributes }
  })
}

function changedValues(
  all: Attributes,
  key: string,
  bend: (values: readonly string[]) => readonly string[],
): Attributes | null {
  const values = all[key]
  return values === undefined || 'limit' in values ? null : { ...all, [key]: bend(values) }
}

function thresholdKind(name: string, bend: (bounds: Thresholds) => Thresholds): Kind {
  return metricKind(name, (metric) =>
    metric.thresholds ? { ...metric, thresholds: bend(metric.thresholds) } : null,
  )
}

function otherUnit(unit: string): string {
  return unit === 's' ? 'ms' : unit === 'By' ? 's' : 'By'
}

function otherInstrument({ instrument }: MetricDefinition): MetricDefinition['instrument'] {
  return instrument === 'counter' ? 'gauge' : 'counter'
}

function otherSeverity({ severity }: Alert): Alert['severity'] {
  return severity === 'critical' ? 'warning' : 'critical'
}
