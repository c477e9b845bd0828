import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type CollectorOptions, startCollector } from './harness/collector.ts'
import { type Point, send } from './harness/otlp.ts'
import { startPrometheus } from './harness/prometheus.ts'
import type { QueryApi } from './harness/query-api.ts'
import { eventually, until } from './harness/until.ts'
import { startVictoriaMetrics } from './harness/victoria-metrics.ts'

describe('the queue of the Collector', { concurrency: true }, () => {
  it('keeps on disk what was taken, through kill -9 with the queue full', async () => {
    await using victoria = await startVictoriaMetrics()
    await using prometheus = await startPrometheus({ flags: ['--web.enable-otlp-receiver'] })
    await using collector = await startCollector({
      configs: ['remote-write', 'prometheus-otlp'],
      env: {
        COLLECTOR_REMOTE_WRITE_URL: victoria.writeUrl,
        COLLECTOR_PROMETHEUS_URL: prometheus.url,
        COLLECTOR_QUEUE_BYTES: '10000',
      },
    })
    await Promise.all([victoria.stop(), prometheus.kill()])

    const from = Date.now() / 1000
    const taken: Point[] = []
    for (;;) {
      const point = { timeMs: Date.now(), value: taken.length + 1 }
      if (!(await send(collector.otlpUrl, point))) break
      taken.push(point)
      assert.ok(taken.length < 1000, 'the queue never gets full')
    }
    await collector.kill()
    await Promise.all([victoria.start(), prometheus.start()])
    await collector.start()

    for (const backend of [victoria, prometheus])
      await eventually(async () => assert.deepEqual(await arrived(backend, from, taken), taken))
    console.log(`${taken.length} points were in the queue and arrived`)
  })

  const answersOfABackend = [
    { name: 'says that it is unavailable', answer: 503, attempts: 2, points: [1, 2] },
    { name: 'says that it was asked too often', answer: 429, attempts: 2, points: [1, 2] },
    { name: 'refuses what it was sent', answer: 400, attempts: 1, points: [2] },
    { name: 'does not answer', answer: undefined, attempts: 2, points: [1, 2] },
  ]
  for (const { name, answer, attempts, points } of answersOfABackend) {
    it(`sends ${attempts === 1 ? 'no request again' : 'a request again'} when a remote write backend ${name}`, async () => {
      const bodies: string[] = []
      const backend = await listen(async (body) => {
        bodies.push(body)
        return bodies.length === 1 ? answer : 204
      })
      const configs = ['remote-write'] as const
      const env = { COLLECTOR_REMOTE_WRITE_URL: `http://127.0.0.1:${port(backend)}/` }
      await using collector = await startCollector({ configs, env } satisfies CollectorOptions)
      assert.ok(await send(collector.otlpUrl, { timeMs: Date.now(), value: 1 }))
      await until('the first request came', async () => bodies.length > 0)
      assert.ok(await send(collector.otlpUrl, { timeMs: Date.now(), value: 2 }))
      await until('both were sent', async () => bodies.length === attempts + 1)
      // Nothing more comes; the same request again is the same bytes.
      await sleep(2000)
      assert.equal(bodies.length, attempts + 1)
      assert.equal(new Set(bodies).size, 2)
      assert.equal(
        bodies.slice(0, attempts).every((body) => body === bodies[0]),
        true,
        String(points),
      )
      backend.closeAllConnections()
      backend.close()
    })
  }
})

/** The points that a backend has of those that were sent, in their order. */
async function arrived(backend: QueryApi, from: number, sent: readonly Point[]): Promise<Point[]> {
  const [series] = await backend.samples('e2e_sent_total', from - 1, Date.now() / 1000 + 1)
  const samples = (series?.samples ?? []).map(({ time, value }) => ({
    timeMs: Math.round(time * 1000),
    value,
  }))
  return samples.filter(({ timeMs }) => sent.some((point) => point.timeMs === timeMs))
}

function listen(answer: (body: string) => Promise<number | undefined>): Promise<Server> {
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request)).toString('base64')
    const status = await answer(body)
    if (status) response.writeHead(status).end()
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

const port = (server: Server) => (server.address() as AddressInfo).port
