import { partsOf, splitSeries } from '@tidegauge/otel/naming'
import type { Rule, RuleFile } from '../rules/rule-file.ts'
import type { Family, MetricType, Target } from '../scrape/scrape.ts'
import type { Declared } from './declared-metric.ts'
import type { Inventory, KnownMetric } from './inventory.ts'

/** What Prometheus itself adds to every service, and what the audit can therefore not call unknown. */
const ofPrometheus = [
  'up',
  'scrape_duration_seconds',
  'scrape_samples_scraped',
  'scrape_samples_post_metric_relabeling',
  'scrape_series_added',
  'scrape_timeout_seconds',
  'scrape_sample_limit',
  'scrape_body_size_bytes',
  'ALERTS',
  'ALERTS_FOR_STATE',
]

/** What was read about a service, as far as it knows metrics. */
export interface InventorySources {
  readonly catalog: Declared | undefined
  readonly source: Declared | undefined
  readonly targets: readonly Target[]
  readonly rules: readonly RuleFile[]
}

/** Metrics that a Prometheus has, as far as it tells. */
export interface ServerMetrics {
  readonly names: readonly string[]
  readonly metadata: ReadonlyMap<
    string,
    { readonly type: MetricType; readonly help: string; readonly unit: string }
  >
}

/** Puts together what each source knows. What a catalog says weighs most, then source, scrape and Prometheus. */
export function buildInventory(sources: InventorySources, server?: ServerMetrics): Inventory {
  const metrics = new Map<string, Draft>()
  const draftOf = (name: string) => {
    const draft = metrics.get(name) ?? newDraft(name)
    metrics.set(name, draft)
    return draft
  }
  const families = sources.targets.flatMap(({ scrapes }) =>
    scrapes.flatMap((scrape) => [...scrape.families.values()]),
  )
  addDeclared(sources.catalog, 'catalog', draftOf)
  addDeclared(sources.source, 'source', draftOf)
  for (const family of families) addFamily(draftOf(family.name), family)
  if (server !== undefined) addServer(server, metrics, draftOf)
  const rules = sources.rules.flatMap(({ groups }) => groups.flatMap((group) => group.rules))
  for (const rule of rules) if (rule.kind === 'record') addRecording(draftOf(rule.name), rule)
  const isComplete = metrics.size > 0 && (families.length > 0 || server !== undefined || hasMetrics(sources))
  for (const name of ofPrometheus) {
    const draft = draftOf(name)
    draft.from.add('prometheus')
    draft.mayHaveOtherLabels = true
    if (draft.type === 'unknown') draft.type = 'gauge'
  }
  return { metrics, isComplete, ofSeries: (name) => findSeries(metrics, name) }
}

/** The metric that a series belongs to, by its name and the suffixes that its type has. */
function findSeries(
  metrics: ReadonlyMap<string, KnownMetric>,
  name: string,
): ReturnType<Inventory['ofSeries']> {
  const metric = metrics.get(name)
  if (metric) return { metric, part: 'value' }
  const { metric: stem, part } = splitSeries(name)
  const whole = metrics.get(stem) ?? (part === 'created' ? metrics.get(`${stem}_total`) : undefined)
  return whole && partsOf(whole.type).includes(part) ? { metric: whole, part } : undefined
}

interface Draft extends KnownMetric {
  type: MetricType
  unit: string | undefined
  help: string | undefined
  mayHaveOtherLabels: boolean
  readonly labels: Map<string, Set<string> | undefined>
  readonly seen: Map<string, Set<string>>
  readonly from: Set<'catalog' | 'source' | 'scrape' | 'prometheus' | 'recording rule'>
}

function newDraft(name: string): Draft {
  return {
    name,
    type: 'unknown',
    unit: undefined,
    help: undefined,
    mayHaveOtherLabels: false,
    labels: new Map(),
    seen: new Map(),
    from: new Set(),
  }
}

function addDeclared(
  declared: Declared | undefined,
  from: 'catalog' | 'source',
  draftOf: (name: string) => Draft,
): void {
  for (const { name, type, unit, help, labels, areLabelsKnown = true } of declared?.metrics ?? []) {
    const draft = draftOf(name)
    if (draft.type === 'unknown') draft.type = type
    draft.unit ??= unit
    draft.help ??= help
    if (!areLabelsKnown) draft.mayHaveOtherLabels = true
    for (const [label, values] of labels) {
      // A catalog promises that there are no others; source tells values only where every place writes them out.
      if (!draft.labels.has(label)) draft.labels.set(label, values && new Set(values))
    }
    draft.from.add(from)
  }
}

function addFamily(draft: Draft, { type, help, unit, samples }: Family): void {
  if (draft.type === 'unknown') draft.type = type
  draft.help ??= help
  draft.unit ??= unit
  draft.from.add('scrape')
  for (const { labels } of samples) {
    for (const [label, value] of labels) {
      const values = draft.seen.get(label)
      if (values) values.add(value)
      else draft.seen.set(label, new Set([value]))
      // Source was read wrongly then, or not all of it; a catalog promises.
      if (!draft.from.has('catalog') && draft.labels.get(label)?.has(value) === false)
        draft.labels.set(label, undefined)
      if (!draft.labels.has(label) && !isOfType(label, type)) draft.labels.set(label, undefined)
    }
  }
}

/** `le` and `quantile` are part of the type, not labels of the metric. */
function isOfType(label: string, type: MetricType): boolean {
  return (label === 'le' && type === 'histogram') || (label === 'quantile' && type === 'summary')
}

function addServer(
  { names, metadata }: ServerMetrics,
  metrics: Map<string, Draft>,
  draftOf: (name: string) => Draft,
): void {
  for (const [name, { type, help, unit }] of metadata) {
    const draft = draftOf(metrics.has(`${name}_total`) ? `${name}_total` : name)
    if (draft.from.size === 0) draft.mayHaveOtherLabels = true
    if (draft.type === 'unknown') draft.type = type
    draft.help ??= help || undefined
    draft.unit ??= unit || undefined
    draft.from.add('prometheus')
  }
  for (const name of names) {
    if (findSeries(metrics, name)) continue
    const draft = draftOf(name)
    draft.mayHaveOtherLabels = true
    draft.from.add('prometheus')
  }
}

function addRecording(draft: Draft, { labels }: Rule): void {
  if (draft.type === 'unknown') draft.type = 'gauge'
  draft.mayHaveOtherLabels = true
  for (const label of labels.keys()) if (!draft.labels.has(label)) draft.labels.set(label, undefined)
  draft.from.add('recording rule')
}

function hasMetrics({ catalog, source }: InventorySources): boolean {
  return [catalog, source].some((declared) => (declared?.metrics.length ?? 0) > 0)
}
