import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { readConfiguration } from '../../configuration/configuration.ts'
import { behaviours, startFaultyBackend } from '../testing/faulty-backend.ts'
import { createReaders } from './readers.ts'

/** More than the exporter sends at a time: none may be left over from those before. */
const exportsWhileBroken = 5

for (const protocol of ['http/protobuf', 'http/json', 'grpc'] as const)
  describe(`a backend for ${protocol}`, { concurrency: true, timeout: 60_000 }, () => {
    for (const behaviour of behaviours) {
      it(`that was ${behaviour} gets the next export once it has recovered`, async () => {
        await using backend = await startFaultyBackend(protocol === 'grpc' ? 'grpc' : 'http')
        await using exporting = await exporter(protocol, backend.port)
        assert.equal(await exporting.export(), 'success')
        await backend.become(behaviour)
        for (let i = 0; i < exportsWhileBroken; i++)
          assert.equal(await exporting.export(), behaviour === 'answering' ? 'success' : 'failure')
        await backend.become('answering')
        const before = backend.taken
        assert.equal(await exporting.export(), 'success')
        assert.equal(backend.taken, before + 1)
        // What was given up does not stay open.
        await backend.openAtMost(1)
      })
    }
  })

async function exporter(protocol: string, port: number) {
  const configuration = await readConfiguration({
    service: { name: 'demo', version: '1' },
    environment: {
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_TIMEOUT: '1500',
      OTEL_METRIC_EXPORT_INTERVAL: '600000',
    },
  })
  const outcomes: string[] = []
  const [made] = await createReaders(configuration, {
    onExport: (_exporter, outcome) => outcomes.push(outcome),
    onCollect: () => {},
    onLog: () => {},
    scrape: {},
  })
  assert.ok(made)
  const provider = new MeterProvider({ readers: [made.reader] })
  provider.getMeter('demo').createCounter('demo').add(1)
  return {
    /** Exports once, and tells how that ended. */
    export: async () => {
      await made.reader.forceFlush()
      return outcomes.at(-1)
    },
    [Symbol.asyncDispose]: async () => {
      await provider.shutdown()
      made.destroy()
    },
  }
}
