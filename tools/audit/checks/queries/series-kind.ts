import { isPart, isTotal, type SeriesPart } from '@tidegauge/otel/naming'
import type { Inventory, KnownMetric } from '../../../metrics/inventory.ts'
import type { Selector } from '../../../promql/expression.ts'

/** What the values of a series are. */
export type SeriesKind =
  /** Only rises, until the process restarts. */
  | 'counter'
  | 'gauge'
  /** Counters that a histogram or summary consists of. */
  | 'bucket'
  | 'sum'
  | 'count'
  /** Quantiles that a summary has computed. */
  | 'quantile'
  /** A histogram as one value, not as buckets. */
  | 'native histogram'
  | 'unknown'

export interface SeriesKnowledge {
  readonly kind: SeriesKind
  /** Undefined for a metric that is not known; its kind is then told by its name. */
  readonly metric: KnownMetric | undefined
}

/** Finds out what a selector selects. */
export function seriesOf(inventory: Inventory, { name }: Selector): SeriesKnowledge {
  if (name === undefined || name.isVariable) return { kind: kindByName(name?.text ?? ''), metric: undefined }
  const found = inventory.ofSeries(name.text)
  if (found === undefined) return { kind: kindByName(name.text), metric: undefined }
  return { kind: kindOf(found.metric, found.part), metric: found.metric }
}

/** Whether the values only ever rise, so that they mean little before `rate`. */
export function risesOnly(kind: SeriesKind): boolean {
  return kind === 'counter' || kind === 'bucket' || kind === 'sum' || kind === 'count'
}

function kindOf({ type, name }: KnownMetric, part: SeriesPart): SeriesKind {
  if (part === 'created') return 'gauge'
  if (part !== 'value') return part
  if (type === 'histogram') return 'native histogram'
  if (type === 'summary') return 'quantile'
  return type === 'unknown' ? kindByName(name) : type
}

/** By the conventions of names, where nothing else is known. */
function kindByName(name: string): SeriesKind {
  if (name.includes(':')) return 'unknown'
  if (isTotal(name)) return 'counter'
  return isPart(name, 'bucket') ? 'bucket' : 'unknown'
}
