import type {
  Alert,
  ComponentCatalog,
  Meaning,
  MetricDefinition,
  Panel,
  Recording,
  RuleTest,
  StreamDefinition,
  Thresholds,
} from '@tidegauge/otel/catalog'
import { z } from 'zod'

/** A part of a schema for every field of a declaration: what a module can declare, a file can. */
type FieldsOf<Declaration> = Readonly<Record<keyof Declaration, z.ZodType>>

/** PromQL with the public names of metrics; `${critical(NAME)}` and `${warning(NAME)}` stand for their bounds. */
const query = z.string().trim().min(1, 'write a query')

const duration = z.string().regex(/^(\d+(ms|[smhdwy]))+$/, 'write a duration as Prometheus does, such as 5m')

const thresholds = z.strictObject({
  warning: z.number().optional(),
  critical: z.number().optional(),
  bad: z.enum(['above', 'below']).optional(),
} satisfies FieldsOf<Thresholds>)

const meaning = z.strictObject({
  value: z.number(),
  text: z.string(),
  severity: z.enum(['ok', 'warning', 'critical']),
} satisfies FieldsOf<Meaning>)

const stream = z.strictObject({
  name: z.string().min(1),
  attributes: z.record(z.string(), z.string()).default({}),
} satisfies FieldsOf<StreamDefinition>)

const metric = z.strictObject({
  name: z.string().min(1, 'write a name, as in queue.length'),
  instrument: z.enum(['counter', 'upDownCounter', 'gauge', 'histogram']),
  unit: z.string().default(''),
  description: z.string(),
  attributes: z
    .record(z.string(), z.union([z.array(z.string()), z.strictObject({ limit: z.int().positive() })]))
    .optional(),
  buckets: z
    .array(z.number())
    .refine((bounds) => bounds.every((bound, index) => index === 0 || bound > (bounds[index - 1] ?? bound)), {
      message: 'write the bounds of buckets from the lowest to the highest',
    })
    .optional(),
  stream: stream.optional(),
  sampled: z.boolean().optional(),
  formerly: z.array(z.string()).optional(),
  thresholds: thresholds.optional(),
  meanings: z.array(meaning).optional(),
  recordedBy: z.string().min(1, 'say who records it').optional(),
  noPanel: z.string().min(1, 'say why it is on no panel').optional(),
  noAlert: z.string().min(1, 'say why no alert watches it').optional(),
} satisfies FieldsOf<MetricDefinition>)

const recording = z.strictObject({
  record: z.string().min(1),
  query,
  unit: z.string().default(''),
  description: z.string(),
  thresholds: thresholds.optional(),
} satisfies FieldsOf<Recording>)

const test = z.strictObject({
  series: z.array(z.strictObject({ query, values: z.string() })),
  at: duration,
  labels: z.record(z.string(), z.string()).optional(),
} satisfies FieldsOf<RuleTest>)

const alert = z.strictObject({
  alert: z.string().min(1),
  query,
  for: duration,
  severity: z.enum(['critical', 'warning', 'info']),
  summary: z.string(),
  description: z.string(),
  runbook: z.string(),
  tests: z.strictObject({ fires: test, quiet: test }),
} satisfies FieldsOf<Alert>)

const panel = z.strictObject({
  panel: z.string().min(1),
  description: z.string(),
  kind: z.enum(['timeseries', 'stat', 'gauge', 'table', 'heatmap', 'bargauge']),
  targets: z.array(z.strictObject({ query, legend: z.string() })).min(1, 'write what it asks'),
  unit: z.string(),
  /** Name of a metric or a recording. */
  thresholdsOf: z.string().optional(),
  overview: z.boolean().optional(),
  row: z.string().optional(),
  stacked: z.boolean().optional(),
} satisfies FieldsOf<Panel>)

const component = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_-]*$/, 'write a name of small letters, as in "queue"'),
  title: z.string(),
  description: z.string().default(''),
  metrics: z.array(metric).default([]),
  recordings: z.array(recording).default([]),
  panels: z.array(panel).default([]),
  alerts: z.array(alert).default([]),
} satisfies FieldsOf<ComponentCatalog>)

/** Each has a dashboard of its own. */
const mostComponents = 1000

/** A catalog as it is written in YAML or JSON: what a module exports, with queries as text. */
export const writtenCatalog = z.strictObject({
  metrics: z.array(metric).default([]),
  components: z
    .array(component)
    .refine(({ length }) => length <= mostComponents, {
      message: 'split the catalog: each of them has files of its own',
      params: { problem: `has more than ${mostComponents} components` },
    })
    .default([]),
})

export type WrittenCatalog = z.output<typeof writtenCatalog>
