import type { InstrumentationScope } from '@opentelemetry/core'
import {
  AggregationTemporality,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics'
import { type EscapingScheme, escapeMetricName } from '../naming/escaping.ts'
import { addsSuffixes, type NamedMetric, prometheusName, type TranslationStrategy } from '../naming/name.ts'
import { namesTaken, withoutTotal } from '../naming/series.ts'
import { unitWords } from '../naming/unit.ts'

/** The type of a family; `native` is an exponential histogram, which only protobuf can carry whole. */
export type FamilyType = 'counter' | 'gauge' | 'histogram' | 'native'

/** Everything that appears under one name: streams of one type, from one scope or several. */
export interface Family {
  readonly name: string
  readonly type: FamilyType
  readonly help: string
  /** The unit in words, when the name ends in it (before `_total`); `''` otherwise. */
  readonly unit: string
  readonly streams: readonly Stream[]
}

/** What one instrument of one scope contributes to a family. */
export interface Stream {
  readonly metric: MetricData
  readonly scope: InstrumentationScope
}

export interface FamilyRules {
  readonly strategy: TranslationStrategy
  readonly escaping: EscapingScheme
  /** Names that are spoken for before any metric. */
  readonly reserved: readonly string[]
  /** Begins every name, with an underscore after it. @default '' */
  readonly prefix: string
  /** Called once for each thing that is left out of a scrape, with the reason. Must not throw. */
  readonly onProblem: (problem: string) => void
}

/**
 * Groups what was collected into families of distinct names. Where a name is wanted twice with different
 * types the first family keeps it; what is left out is reported, since a scrape must not contradict itself.
 */
export function familiesOf({ scopeMetrics }: ResourceMetrics, rules: FamilyRules): Family[] {
  const families = new Map<string, Family & { streams: Stream[] }>()
  const owners = new Map(rules.reserved.map((name) => [name, name]))
  for (const { scope, metrics } of scopeMetrics) {
    for (const metric of metrics) {
      const name = familyName(metric, rules)
      const type = typeOf(metric)
      const family = families.get(name)
      const problem = unsupported(name, metric) ?? conflict(name, type, family, owners)
      if (problem !== undefined) {
        rules.onProblem(`metric "${metric.descriptor.name}" is left out: ${problem}`)
      } else if (family === undefined) {
        for (const series of namesOf(name, type)) owners.set(series, name)
        const help = metric.descriptor.description
        const unit = unitOf(name, metric, rules.strategy)
        families.set(name, { name, type, help, unit, streams: [{ metric, scope }] })
      } else {
        family.streams.push({ metric, scope })
        families.set(name, described(family, metric, rules))
      }
    }
  }
  return [...families.values()]
}

/** Says what keeps a metric out of a scrape that has others already. */
function conflict(
  name: string,
  type: FamilyType,
  family: Family | undefined,
  owners: ReadonlyMap<string, string>,
): string | undefined {
  if (family !== undefined) {
    return family.type === type ? undefined : `"${name}" is a ${family.type} already, this is a ${type}`
  }
  const series = namesOf(name, type).find((wanted) => owners.has(wanted))
  return series === undefined ? undefined : `"${series}" belongs to "${owners.get(series)}" already`
}

/** The names that a family needs for itself: a native histogram falls back to buckets in every format but one. */
function namesOf(name: string, type: FamilyType): readonly string[] {
  return namesTaken(name, type === 'native' ? 'histogram' : type)
}

function familyName(metric: MetricData, { strategy, prefix, escaping }: FamilyRules): string {
  const { name, unit } = metric.descriptor
  const translated = prometheusName({ name, unit, instrument: instrumentOf(metric) }, strategy)
  const full = prefix && translated ? `${prefix}_${translated}` : translated
  return escapeMetricName(full, escaping)
}

function instrumentOf(metric: MetricData): NamedMetric['instrument'] {
  if (metric.dataPointType === DataPointType.SUM) return metric.isMonotonic ? 'counter' : 'upDownCounter'
  return metric.dataPointType === DataPointType.GAUGE ? 'gauge' : 'histogram'
}

function typeOf(metric: MetricData): FamilyType {
  if (metric.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM) return 'native'
  const instrument = instrumentOf(metric)
  return instrument === 'upDownCounter' ? 'gauge' : instrument
}

function unsupported(name: string, metric: MetricData): string | undefined {
  if (name === '') return 'nothing of its name can be kept for Prometheus'
  const cumulative = metric.aggregationTemporality === AggregationTemporality.CUMULATIVE
  if (!cumulative && metric.dataPointType !== DataPointType.GAUGE) return 'its temporality is delta'
  return undefined
}

function unitOf(name: string, metric: MetricData, strategy: TranslationStrategy): string {
  if (!addsSuffixes(strategy)) return ''
  const { unit } = metric.descriptor
  const instrument = instrumentOf(metric)
  const words = unitWords(unit).join('_') || (unit === '1' && instrument === 'gauge' ? 'ratio' : '')
  return withoutTotal(name).endsWith(`_${words}`) ? words : ''
}

/** Keeps the first description; one family has one HELP, whatever its instruments say. */
function described<F extends Family>(family: F, metric: MetricData, { onProblem }: FamilyRules): F {
  const help = metric.descriptor.description
  if (!family.help) return { ...family, help }
  if (help && help !== family.help) {
    onProblem(`metric "${family.name}" is described twice: "${family.help}" is kept, "${help}" is not`)
  }
  return family
}
