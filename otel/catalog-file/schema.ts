import { z } from 'zod'

/** A query without references to definitions: its text as it is. */
const query = z.string().transform((text) => ({ strings: [text], parts: [] }))

const thresholds = z.strictObject({
  warning: z.number().optional(),
  critical: z.number().optional(),
  bad: z.enum(['above', 'below']).optional(),
})

const metric = z.strictObject({
  name: z.string().min(1),
  instrument: z.enum(['counter', 'upDownCounter', 'gauge', 'histogram']),
  unit: z.string().default(''),
  description: z.string(),
  attributes: z
    .record(z.string(), z.union([z.array(z.string()), z.strictObject({ limit: z.int().positive() })]))
    .optional(),
  buckets: z.array(z.number()).optional(),
  formerly: z.array(z.string()).optional(),
  thresholds: thresholds.optional(),
  meanings: z
    .array(
      z.strictObject({
        value: z.number(),
        text: z.string(),
        severity: z.enum(['ok', 'warning', 'critical']),
      }),
    )
    .optional(),
  noPanel: z.string().optional(),
  noAlert: z.string().optional(),
})

const recording = z.strictObject({
  record: z.string(),
  query,
  unit: z.string().default(''),
  description: z.string(),
  thresholds: thresholds.optional(),
})

const test = z.strictObject({
  series: z.array(z.strictObject({ query, values: z.string() })),
  at: z.string(),
  labels: z.record(z.string(), z.string()).optional(),
})

const alert = z.strictObject({
  alert: z.string(),
  query,
  for: z.string(),
  severity: z.enum(['critical', 'warning', 'info']),
  summary: z.string(),
  description: z.string(),
  runbook: z.string(),
  tests: z.strictObject({ fires: test, quiet: test }),
})

const panel = z.strictObject({
  panel: z.string(),
  description: z.string(),
  kind: z.enum(['timeseries', 'stat', 'gauge', 'table', 'heatmap', 'bargauge']),
  targets: z.array(z.strictObject({ query, legend: z.string() })).min(1),
  unit: z.string(),
  overview: z.boolean().optional(),
  row: z.string().optional(),
  stacked: z.boolean().optional(),
})

const component = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_-]*$/, 'write a name of small letters, as in "queue"'),
  title: z.string(),
  description: z.string().default(''),
  metrics: z.array(metric).default([]),
  recordings: z.array(recording).default([]),
  panels: z.array(panel).default([]),
  alerts: z.array(alert).default([]),
})

/** A catalog as YAML or JSON: what a module exports, with queries as plain PromQL. */
export const catalogSchema = z.strictObject({
  metrics: z.array(metric).default([]),
  components: z.array(component).default([]),
})
