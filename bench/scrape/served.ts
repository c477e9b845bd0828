import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { PrometheusEndpoint } from '@tidegauge/otel'
import { Counter, Histogram, Registry } from 'prom-client'

export type Peer = 'tidegauge' | 'exporter-prometheus' | 'prom-client'
export type Kind = 'counters' | 'histograms'

/** The same series, recorded and served by one of the peers. */
export interface Served {
  readonly url: string
  /** Records once into the series of these numbers; later rounds change every value. */
  record(round: number, from: number, to: number): void
  /** Collects without writing, where there is such a thing. */
  collect?(): Promise<unknown>
}

export async function createServed(peer: Peer, kind: Kind): Promise<Served> {
  return peer === 'prom-client' ? promClient(kind) : openTelemetry(peer, kind)
}

const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
const labels = (i: number) => ({
  method: methods[i % 3] as string,
  route: `/api/things/${i}`,
  status: String(200 + (i % 5)),
})
const methods = ['GET', 'POST', 'PUT']
const duration = (i: number, round: number) => ((i + round) % 600) / 100

async function openTelemetry(peer: Peer, kind: Kind): Promise<Served> {
  const options = { port: await freePort(), preventServerStart: true }
  const reader = peer === 'tidegauge' ? new PrometheusEndpoint(options) : new PrometheusExporter(options)
  reader.selectCardinalityLimit = () => Number.POSITIVE_INFINITY
  const meter = new MeterProvider({ readers: [reader] }).getMeter('bench')
  const counter = meter.createCounter('bench.requests', { description: 'Requests.' })
  const advice = { explicitBucketBoundaries: bounds }
  const histogram = meter.createHistogram('bench.duration', { unit: 's', description: 'Durations.', advice })
  await reader.startServer()
  return {
    url: `http://127.0.0.1:${options.port}/metrics`,
    collect: () => reader.collect(),
    record: (round, from, to) => {
      for (let i = from; i < to; i++) {
        if (kind === 'counters') counter.add(1 + i, labels(i))
        else histogram.record(duration(i, round), labels(i))
      }
    },
  }
}

async function promClient(kind: Kind): Promise<Served> {
  const registry = new Registry()
  const about = { labelNames: ['method', 'route', 'status'], registers: [registry] }
  const counter = new Counter({ name: 'bench_requests_total', help: 'Requests.', ...about })
  const histogram = new Histogram({
    name: 'bench_duration_seconds',
    help: 'Durations.',
    buckets: bounds,
    ...about,
  })
  const server = createServer(async (_request, response) => {
    response.setHeader('Content-Type', registry.contentType)
    response.end(await registry.metrics())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`,
    record: (round, from, to) => {
      for (let i = from; i < to; i++) {
        if (kind === 'counters') counter.inc(labels(i), 1 + i)
        else histogram.observe(labels(i), duration(i, round))
      }
    },
  }
}

/** PrometheusExporter takes no port 0. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
