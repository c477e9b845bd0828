import { z } from 'zod'
import { object, optional, section, setting, single } from './schema-rules.ts'

export const includeExclude = optional(
  object({
    included: z.array(z.string()).min(1).optional(),
    excluded: z.array(z.string()).min(1).optional(),
  }),
)

const boundaries = z.array(z.number()).superRefine((values, context) => {
  const wrong = values.findIndex((value, i) => i > 0 && value <= (values[i - 1] as number))
  if (wrong === -1) return
  const problem = `is ${values[wrong]} after ${values[wrong - 1]}, but boundaries must ascend`
  context.addIssue({
    code: 'custom',
    message: 'sort them and keep each once',
    path: [wrong],
    params: { problem },
  })
})

const aggregation = single({
  default: section({}),
  drop: section({}),
  explicit_bucket_histogram: section({
    boundaries: setting(
      boundaries,
      [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000],
    ),
    record_min_max: setting(z.boolean(), true),
  }),
  base2_exponential_bucket_histogram: section({
    max_scale: setting(z.literal(20, { error: 'give 20; no other scale is available' }), 20),
    max_size: setting(z.int().min(2), 160),
    record_min_max: setting(z.boolean(), true),
  }),
  last_value: section({}),
  sum: section({}),
})

const instrumentTypes = [
  'counter',
  'gauge',
  'histogram',
  'observable_counter',
  'observable_gauge',
  'observable_up_down_counter',
  'up_down_counter',
] as const

const selector = object({
  instrument_name: optional(z.string().min(1)),
  instrument_type: optional(z.enum(instrumentTypes)),
  unit: optional(z.string()),
  meter_name: optional(z.string()),
  meter_version: optional(z.string()),
  meter_schema_url: optional(z.string()),
})

const stream = object({
  name: optional(z.string().min(1)),
  description: optional(z.string()),
  aggregation: optional(aggregation),
  aggregation_cardinality_limit: optional(z.int().min(2)),
  attribute_keys: includeExclude,
})

export const viewSchema = object({ selector, stream }).superRefine((view, context) => {
  if (view.stream.name === undefined) return
  const selected = view.selector.instrument_name
  if (selected !== undefined && !/[*?]/.test(selected)) return
  context.addIssue({
    code: 'custom',
    path: ['stream', 'name'],
    message: 'name one instrument, without * and ?, in selector.instrument_name',
    params: { problem: `would give several instruments the one name ${view.stream.name}` },
  })
})

export type ViewConfig = z.output<typeof viewSchema>
export type AggregationConfig = z.output<typeof aggregation>
export type IncludeExclude = z.output<typeof includeExclude>
export type InstrumentTypeName = (typeof instrumentTypes)[number]
