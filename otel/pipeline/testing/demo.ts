import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MetricDefinition } from '../../catalog/metric.ts'
import { bind } from '../../meter/bind.ts'
import type { Pipeline, PipelineOptions } from '../pipeline.ts'
import { startPipeline } from '../start-pipeline.ts'
import type { Received } from './otlp-sink.ts'

// A small service and what it declares, to see what a configuration does to it.

export const jobs = {
  name: 'demo.jobs',
  instrument: 'counter',
  unit: '{job}',
  description: 'Jobs.',
  attributes: { kind: ['a', 'b'] },
} as const satisfies MetricDefinition

export const took = {
  name: 'demo.took',
  instrument: 'histogram',
  unit: 's',
  description: 'Time that jobs took.',
  buckets: [1, 2],
  sampled: true,
} as const satisfies MetricDefinition

export const visits = {
  name: 'demo.visits',
  instrument: 'counter',
  unit: '{visit}',
  description: 'Visits.',
  attributes: { page: { limit: 3 } },
} as const satisfies MetricDefinition

export const served = {
  name: 'http.server.request.duration',
  instrument: 'histogram',
  unit: 's',
  description: 'Requests.',
  attributes: { method: ['GET', 'POST', '_OTHER'], path: { limit: 3 } },
  buckets: [0.1, 1],
  stream: {
    name: 'http.request.duration',
    attributes: { method: 'http.request.method', path: 'http.route' },
  },
} as const satisfies MetricDefinition

export const demoCatalog: readonly MetricDefinition[] = [jobs, took, visits, served]

export interface Demo extends AsyncDisposable {
  readonly pipeline: Pipeline
  readonly log: readonly string[]
  /** The text of a scrape. */
  scrape(): Promise<string>
  /** The lines of a scrape that begin so, without the scope labels. */
  lines(start: string): Promise<string[]>
}

/** Starts the service with these variables, and does two jobs of kind a. */
export async function startDemo(
  environment: NodeJS.ProcessEnv,
  options: Partial<PipelineOptions> = {},
): Promise<Demo> {
  const log: string[] = []
  const service = { name: 'demo', version: '1.2.3' }
  const pipeline = await startPipeline({
    catalog: demoCatalog,
    service,
    environment,
    onLog: (level, line) => log.push(`${level} ${line}`),
    ...options,
  })
  bind(pipeline.meter(), jobs).add(2, { kind: 'a' })
  bind(pipeline.meter(), took).record(1.5)
  const scrape = async () => (await fetch(pipeline.endpoint?.url ?? '')).text()
  return {
    pipeline,
    log,
    scrape,
    lines: async (start) => {
      const lines = (await scrape()).split('\n').filter((line) => line.startsWith(start))
      return lines.map((line) =>
        line
          .replace(/,?otel_scope_\w+="[^"]*"/g, '')
          .replace('{,', '{')
          .replace('{}', ''),
      )
    },
    [Symbol.asyncDispose]: () => pipeline.shutdown(),
  }
}

/** A declarative configuration in a file of its own, which goes when it is disposed of. */
export function configFile(text: string): Disposable & { readonly path: string } {
  const folder = mkdtempSync(join(tmpdir(), 'pipeline-'))
  const path = join(folder, 'config.yaml')
  writeFileSync(path, text)
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}

/** A metric of an export in http/json. */
export interface JsonMetric {
  readonly name: string
  readonly sum?: JsonPoints
  readonly gauge?: JsonPoints
  readonly histogram?: JsonPoints
  readonly exponentialHistogram?: JsonPoints
}

interface JsonPoints {
  readonly aggregationTemporality?: number
  readonly dataPoints: readonly {
    readonly asDouble?: number
    readonly count?: number
    readonly attributes?: readonly {
      readonly key: string
      readonly value: { readonly stringValue?: string }
    }[]
  }[]
}

/** Finds a metric in an export in http/json. */
export function metricIn({ body }: Received, name: string): JsonMetric | undefined {
  return parsed(body)
    .resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap(({ metrics }) => metrics)
    .find((metric) => metric.name === name)
}

/** The resource of an export in http/json. */
export function resourceIn({ body }: Received): Record<string, unknown> {
  const attributes = parsed(body).resourceMetrics[0]?.resource.attributes ?? []
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}

function parsed(body: Buffer) {
  return JSON.parse(body.toString()) as {
    readonly resourceMetrics: readonly {
      readonly resource: { readonly attributes: readonly { readonly key: string; readonly value: object }[] }
      readonly scopeMetrics: readonly { readonly metrics: readonly JsonMetric[] }[]
    }[]
  }
}
