import type { MetricDefinition } from '../../catalog/metric.ts'
import { configFile, type Demo, startDemo } from './demo.ts'
import { type OtlpExemplar, type OtlpMetric, readRequest } from './otlp-request.ts'
import { type OtlpSink, startGrpcSink, startHttpSink } from './otlp-sink.ts'

/** Every way to push OTLP, as the configuration spells it. */
export const protocols = [
  { protocol: 'http/protobuf', encoding: 'protobuf', exporter: 'otlp_http', more: '' },
  { protocol: 'http/json', encoding: 'json', exporter: 'otlp_http', more: ', encoding: json' },
  { protocol: 'grpc', encoding: 'protobuf', exporter: 'otlp_grpc', more: '' },
] as const

export type Protocol = (typeof protocols)[number]

export interface Pushed extends AsyncDisposable {
  readonly demo: Demo
  /** All that arrives when everything is pushed now. */
  metrics(): Promise<readonly OtlpMetric[]>
  /** What arrives of one metric then. */
  metric(name: string): Promise<OtlpMetric | undefined>
  exemplars(name: string): Promise<readonly OtlpExemplar[]>
}

export interface Push {
  readonly filter?: string
  readonly temporality?: string
  /** More readers. */
  readonly readers?: string
  readonly rest?: string
  readonly catalog?: readonly MetricDefinition[]
}

/** A pipeline that pushes by a protocol, and what the backend has of it. */
export async function pushed(
  { encoding, exporter, more }: Protocol,
  { filter = 'trace_based', temporality = 'cumulative', readers = '', rest = '', catalog }: Push = {},
): Promise<Pushed> {
  const sink: OtlpSink = await (exporter === 'otlp_grpc' ? startGrpcSink() : startHttpSink())
  const endpoint = `http://127.0.0.1:${sink.port}/v1/metrics`
  const settings = `endpoint: "${endpoint}", temporality_preference: ${temporality}${more}`
  using file = configFile(`file_format: "1.0"
meter_provider:
  exemplar_filter: ${filter}
  readers:
    - periodic: { interval: 600000, exporter: { ${exporter}: { ${settings} } } }
${readers}
${rest}`)
  const demo = await startDemo({ OTEL_CONFIG_FILE: file.path }, catalog ? { catalog } : {})
  const metrics = async () => {
    await demo.pipeline.forceFlush()
    const last = sink.received.at(-1)
    return last === undefined ? [] : readRequest(last.body, encoding)
  }
  const metric = async (name: string) => (await metrics()).find((one) => one.name === name)
  return {
    demo,
    metrics,
    metric,
    exemplars: async (name) => (await metric(name))?.points.flatMap(({ exemplars }) => exemplars) ?? [],
    [Symbol.asyncDispose]: async () => {
      await demo.pipeline.shutdown()
      await sink[Symbol.asyncDispose]()
    },
  }
}
