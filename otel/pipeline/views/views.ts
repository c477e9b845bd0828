import type { Attributes } from '@opentelemetry/api'
import {
  type AggregationOption,
  AggregationType,
  type IAttributesProcessor,
  InstrumentType,
  type ViewOptions,
} from '@opentelemetry/sdk-metrics'
import type { MetricDefinition } from '../../catalog/metric.ts'
import type { AggregationConfig, InstrumentTypeName, ViewConfig } from '../../configuration/schema-views.ts'
import { otherValue } from '../../meter/attribute-values.ts'
import type { SeriesLimits } from './cardinality.ts'
import { matcher } from './pattern.ts'

/** A view, and how many series the stream may have; without a limit the reader's holds. */
export interface StreamView {
  readonly options: ViewOptions
  readonly limits?: SeriesLimits
  /** How many series its attributes can make, within their limits. @default no bound */
  readonly mostSeries?: number
  /** Attributes that the stream has under other names. @default none */
  readonly renamed?: ReadonlySet<string>
  /** Selects instruments by name, as a pattern with `*` and `?`, beside the selector of the view. @default all */
  readonly instrumentName?: string
}

/** The view of a catalogued metric: its public name, its buckets and the attributes that it declares. */
export function catalogView(definition: MetricDefinition): StreamView {
  const { name, stream, description, buckets, instrument, attributes = {} } = definition
  const open = Object.entries(attributes).flatMap(([key, values]) =>
    'limit' in values ? [[key, values.limit]] : [],
  )
  return {
    options: {
      instrumentName: name,
      ...(stream && { name: stream.name, description }),
      ...(instrument === 'histogram' && buckets && { aggregation: explicitBuckets([...buckets]) }),
      attributesProcessors: [declaredAttributes(definition)],
    },
    ...(open.length > 0 && { limits: { values: Object.fromEntries(open) } }),
    mostSeries: combinations(definition),
    ...(stream && { renamed: new Set(Object.values(stream.attributes)) }),
  }
}

/** A view that the user configures. */
export function userView({ selector, stream }: ViewConfig): StreamView {
  const pattern = selector.instrument_name ?? '*'
  const isPattern = /[*?]/.test(pattern)
  const keep = stream.attribute_keys && matcher(stream.attribute_keys)
  const options: ViewOptions = {
    instrumentName: isPattern ? '*' : pattern,
    ...(selector.instrument_type && { instrumentType: instrumentTypes[selector.instrument_type] }),
    ...(selector.unit !== undefined && { instrumentUnit: selector.unit }),
    ...(selector.meter_name !== undefined && { meterName: selector.meter_name }),
    ...(selector.meter_version !== undefined && { meterVersion: selector.meter_version }),
    ...(selector.meter_schema_url !== undefined && { meterSchemaUrl: selector.meter_schema_url }),
    ...(stream.name !== undefined && { name: stream.name }),
    ...(stream.description !== undefined && { description: stream.description }),
    ...(stream.aggregation && { aggregation: aggregationOption(stream.aggregation) }),
    ...(keep && { attributesProcessors: [{ process: (attributes) => filtered(attributes, keep) }] }),
  }
  const series = stream.aggregation_cardinality_limit
  return {
    options,
    ...(series !== undefined && { limits: { series } }),
    // The SDK knows the first asterisk alone: a second one is a quantifier of what stands before it.
    ...(isPattern && { instrumentName: pattern }),
  }
}

/** Keeps what a definition declares, under its public names; a value that is not declared is `_OTHER`. */
function declaredAttributes({ attributes = {}, stream }: MetricDefinition): IAttributesProcessor {
  const kept = Object.entries(attributes).map(([key, values]) => ({
    key,
    recorded: stream?.attributes[key] ?? key,
    closed: 'limit' in values ? undefined : new Set<unknown>(values),
  }))
  return {
    process: (incoming) => {
      const outgoing: Attributes = {}
      for (const { key, recorded, closed } of kept) {
        const value = incoming[recorded]
        if (closed !== undefined) outgoing[key] = closed.has(value) ? value : otherValue
        else outgoing[key] = value ?? (stream ? missingValue : otherValue)
      }
      return outgoing
    },
  }
}

/** Stands for an attribute that a library leaves out, such as the route of a request that matches none. */
const missingValue = 'unmatched'

/** How many series a metric can have, `_OTHER` included. */
function combinations({ attributes = {} }: MetricDefinition): number {
  const sizes = Object.values(attributes).map((values) =>
    'limit' in values ? values.limit : values.length + 1,
  )
  return sizes.reduce((product, size) => product * size, 1)
}

function filtered(attributes: Attributes, keep: (key: string) => boolean): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => keep(key)))
}

function aggregationOption(aggregation: NonNullable<AggregationConfig>): AggregationOption {
  const { explicit_bucket_histogram: explicit, base2_exponential_bucket_histogram: exponential } = aggregation
  if (explicit) return explicitBuckets(explicit.boundaries, explicit.record_min_max)
  if (exponential) {
    const options = { maxSize: exponential.max_size, recordMinMax: exponential.record_min_max }
    return { type: AggregationType.EXPONENTIAL_HISTOGRAM, options }
  }
  if (aggregation.drop) return { type: AggregationType.DROP }
  if (aggregation.last_value) return { type: AggregationType.LAST_VALUE }
  if (aggregation.sum) return { type: AggregationType.SUM }
  return { type: AggregationType.DEFAULT }
}

function explicitBuckets(boundaries: number[], recordMinMax = true): AggregationOption {
  return { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries, recordMinMax } }
}

const instrumentTypes: Readonly<Record<InstrumentTypeName, InstrumentType>> = {
  counter: InstrumentType.COUNTER,
  gauge: InstrumentType.GAUGE,
  histogram: InstrumentType.HISTOGRAM,
  observable_counter: InstrumentType.OBSERVABLE_COUNTER,
  observable_gauge: InstrumentType.OBSERVABLE_GAUGE,
  observable_up_down_counter: InstrumentType.OBSERVABLE_UP_DOWN_COUNTER,
  up_down_counter: InstrumentType.UP_DOWN_COUNTER,
}
