import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { connectPrometheus, type PrometheusOptions } from './client.ts'
import type { Prometheus } from './server.ts'

type Answers = Readonly<Record<string, unknown>>

/** A server that answers as the HTTP API of Prometheus does. */
async function withServer(
  answer: RequestListener,
  use: (options: PrometheusOptions) => Promise<void>,
): Promise<void> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const { port } = server.address() as AddressInfo
    await use({ url: `http://127.0.0.1:${port}/`, timeoutMs: 2000 })
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

function answering(answers: Answers): RequestListener {
  return ({ url = '' }, response) => {
    const data = answers[url.replace('/api/v1/', '').split('?')[0] ?? '']
    if (data === undefined) response.writeHead(404).end('404 page not found')
    else response.end(JSON.stringify({ status: 'success', data }))
  }
}

const one = { resultType: 'vector', result: [{ metric: { __name__: 'up', job: 'shop' }, value: [1, '1'] }] }
const config = {
  yaml: 'global:\n  scrape_timeout: 10s\n  scrape_interval: 15s\nscrape_configs:\n  - scrape_interval: 5s\n',
}

describe('connectPrometheus', () => {
  it('asks for what the audit needs', async () => {
    const answers = {
      query: one,
      query_range: {
        resultType: 'matrix',
        result: [
          {
            metric: { job: 'shop' },
            values: [
              [1, '2'],
              [2, '+Inf'],
            ],
          },
        ],
      },
      series: [{ __name__: 'up', job: 'shop' }],
      metadata: {
        up: [{ type: 'gauge', help: 'Is up.', unit: '' }],
        odd: [{ type: 'info', help: '', unit: '' }],
      },
      'status/config': config,
      'label/__name__/values': ['up'],
    }
    await withServer(answering(answers), async (options) => {
      const prometheus = await connectPrometheus(options)
      const range = { from: new Date(0), to: new Date(1000), stepMs: 500 }
      assert.equal(prometheus.scrapeIntervalMs, 15_000)
      const labels = new Map([
        ['__name__', 'up'],
        ['job', 'shop'],
      ])
      assert.deepEqual(await prometheus.query('up'), [{ labels, value: 1 }])
      assert.deepEqual(await prometheus.queryRange('up', range), [
        {
          labels: new Map([['job', 'shop']]),
          points: [
            [1000, 2],
            [2000, Number.POSITIVE_INFINITY],
          ],
        },
      ])
      assert.deepEqual(await prometheus.series('up', range), [labels])
      assert.deepEqual(await prometheus.labelValues('__name__', range), ['up'])
      const metadata = await prometheus.metadata()
      assert.deepEqual(metadata.get('up'), { type: 'gauge', help: 'Is up.', unit: '' })
      assert.equal(metadata.get('odd')?.type, 'unknown')
    })
  })

  it('does without the configuration, which VictoriaMetrics does not tell', async () => {
    await withServer(answering({ query: one }), async (options) => {
      assert.equal((await connectPrometheus(options)).scrapeIntervalMs, undefined)
    })
  })

  it('asks only so much at the same time', async () => {
    let open = 0
    let most = 0
    const slow: RequestListener = (request, response) => {
      most = Math.max(most, ++open)
      setTimeout(() => {
        open--
        answering({ query: one })(request, response)
      }, 5)
    }
    await withServer(slow, async (options) => {
      const prometheus: Prometheus = await connectPrometheus({ ...options, concurrency: 3 })
      await Promise.all(Array.from({ length: 20 }, () => prometheus.query('up')))
    })
    assert.equal(most, 3)
  })

  it('gives up a server that stops answering, so that hundreds of questions do not wait', async () => {
    let asked = 0
    const dying: RequestListener = (request, response) =>
      ++asked > 2 ? response.destroy() : answering({ query: one })(request, response)
    await withServer(dying, async (options) => {
      const prometheus = await connectPrometheus({ ...options, concurrency: 1 })
      const answers = await Promise.allSettled(Array.from({ length: 300 }, () => prometheus.query('up')))
      assert.ok(answers.every(({ status }) => status === 'rejected'))
      await assert.rejects(prometheus.query('up'), {
        type: 'usage',
        message: /it has stopped answering; see/,
      })
    })
    assert.equal(asked, 2 + 5)
  })

  it('tells native histograms from series of numbers', async () => {
    const native = { metric: {}, histograms: [[1, {}]] }
    const answers = {
      query: { resultType: 'vector', result: [{ metric: {}, histogram: [1, {}] }] },
      query_range: { resultType: 'matrix', result: [native] },
    }
    await withServer(answering(answers), async (options) => {
      const prometheus = await connectPrometheus(options)
      const range = { from: new Date(0), to: new Date(1), stepMs: 1 }
      const expected = [{ labels: new Map(), value: Number.NaN, isNativeHistogram: true }]
      assert.deepEqual(await prometheus.query('a'), expected)
      assert.deepEqual(await prometheus.queryRange('a', range), [
        { labels: new Map(), points: [], isNativeHistogram: true },
      ])
    })
  })

  it('tells what Prometheus says of a query', async () => {
    let count = 0
    const refusing: RequestListener = (request, response) =>
      ++count > 2
        ? response.writeHead(422).end('{"status":"error","errorType":"execution","error":"too many samples"}')
        : answering({ query: one })(request, response)
    await withServer(refusing, async (options) => {
      const prometheus = await connectPrometheus(options)
      await assert.rejects(prometheus.query('up'), { name: 'PrometheusError', message: 'too many samples' })
    })
  })

  const refused: { readonly says: RegExp; readonly answer: RequestListener }[] = [
    {
      says: /it answered 200 without JSON; give the address/,
      answer: (_, response) => response.end('<html>'),
    },
    { says: /it asks for credentials/, answer: (_, response) => response.writeHead(401).end('Unauthorized') },
    { says: /otherwise than the HTTP API of Prometheus/, answer: (_, response) => response.end('{"a":1}') },
  ]
  for (const { says, answer } of refused) {
    it(`says in one line: ${says.source}`, async () => {
      await withServer(answer, async (options) => {
        await assert.rejects(connectPrometheus(options), ({ message }: Error) => {
          assert.match(message, says)
          return !message.includes('\n')
        })
      })
    })
  }
})
