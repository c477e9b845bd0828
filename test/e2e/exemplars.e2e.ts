import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { ROOT_CONTEXT, TraceFlags, trace, ValueType } from '@opentelemetry/api'
import { startPipeline } from '@tidegauge/otel'
import { type OtlpMetric, readRequest } from '../../otel/pipeline/testing/otlp-request.ts'
import { startCollector } from './harness/collector.ts'
import { eventually } from './harness/until.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'
const inSpan = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.SAMPLED })

describe('exemplars, as the Collector reads them', () => {
  for (const protocol of ['http/protobuf', 'http/json', 'grpc']) {
    it(`are all there by ${protocol}`, async () => {
      await using collector = await startCollector({ configs: ['file'] })
      const endpoint = protocol === 'grpc' ? collector.otlpGrpcUrl : collector.otlpUrl
      await using pipeline = await startPipeline({
        // What is not declared a view takes off.
        catalog: [{ name: 'declared', instrument: 'counter', unit: '', description: 'x' }],
        service: { name: protocol, version: '1' },
        environment: {
          OTEL_METRICS_EXPORTER: 'otlp',
          OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
          OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        },
      })
      const meter = pipeline.meterProvider.getMeter('any')
      const attributes = { text: 'tür', yes: true, below: -5, half: 0.5, list: ['a', 'b'] }
      meter.createCounter('declared').add(1, attributes, inSpan)
      meter.createCounter('whole', { valueType: ValueType.INT }).add(7, {}, inSpan)
      meter
        .createHistogram('histogram', { advice: { explicitBucketBoundaries: [1] } })
        .record(0.5, {}, inSpan)
      await pipeline.forceFlush()

      const metricNamed = await eventually(async () => {
        const lines = readFileSync(collector.file, 'utf8').trim().split('\n')
        const metrics = lines.flatMap((line) => readRequest(Buffer.from(line), 'json'))
        const named = (name: string) => metrics.find((metric) => metric.name === name) as OtlpMetric
        assert.ok(named('declared'))
        return named
      })
      for (const [name, value, isInt] of [
        ['declared', 1, false],
        ['whole', 7, true],
        ['histogram', 0.5, false],
      ] as const) {
        const [exemplar, ...others] = metricNamed(name).points[0]?.exemplars ?? []
        assert.deepEqual(others, [])
        assert.deepEqual([exemplar?.value, exemplar?.isInt], [value, isInt])
        assert.deepEqual([exemplar?.traceId, exemplar?.spanId], [traceId, spanId])
        assert.ok(Math.abs((exemplar?.timeMs ?? 0) - Date.now()) < 60_000)
        assert.deepEqual(exemplar?.filteredAttributes, name === 'declared' ? attributes : {})
      }
    })
  }
})
