import type { InstrumentationScope } from '@opentelemetry/core'
import {
  AggregationTemporality,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics'
import { addsSuffixes, type NamedMetric, prometheusName, type TranslationStrategy } from './name.ts'
import { unitWords } from './unit.ts'

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
  /** Stands before every name, with an underscore. @default '' */
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
  for (const { scope, metrics } of scopeMetrics) {
    for (const metric of metrics) {
      const named = namedMetric(metric)
      const name = prefixed(prometheusName(named, rules.strategy), rules.prefix)
      const problem = unfit(name, metric)
      if (problem) {
        rules.onProblem(`metric "${metric.descriptor.name}" is left out: ${problem}`)
        continue
      }
      const type = typeOf(metric)
      const family = families.get(name)
      if (family === undefined) {
        const unit = unitOf(name, named, rules.strategy)
        families.set(name, {
          name,
          type,
          help: metric.descriptor.description,
          unit,
          streams: [{ metric, scope }],
        })
      } else if (family.type === type) {
        family.streams.push({ metric, scope })
        families.set(name, described(family, metric, rules))
      } else {
        rules.onProblem(
          `metric "${metric.descriptor.name}" (${type}) is left out: "${name}" is the name of a ${family.type} already`,
        )
      }
    }
  }
  return [...families.values()]
}

function namedMetric(metric: MetricData): NamedMetric {
  const { name, unit } = metric.descriptor
  return { name, unit, instrument: instrumentOf(metric) }
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

function prefixed(name: string, prefix: string): string {
  return prefix && name ? `${prefix}_${name}` : name
}

function unfit(name: string, metric: MetricData): string | undefined {
  if (name === '') return 'nothing of its name can be kept for Prometheus'
  const cumulative = metric.aggregationTemporality === AggregationTemporality.CUMULATIVE
  if (!cumulative && metric.dataPointType !== DataPointType.GAUGE) return 'its temporality is delta'
  return undefined
}

function unitOf(name: string, { unit, instrument }: NamedMetric, strategy: TranslationStrategy): string {
  if (!addsSuffixes(strategy)) return ''
  const words = unitWords(unit).join('_') || (unit === '1' && instrument === 'gauge' ? 'ratio' : '')
  return name.replace(/_total$/, '').endsWith(`_${words}`) ? words : ''
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
