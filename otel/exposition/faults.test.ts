import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import type { CallbackFailure } from '../sdk/callbacks.ts'
import { PrometheusEndpoint } from './endpoint.ts'
import { manySeries } from './many-series.fixture.ts'
import type { ScrapeReport } from './options.ts'
import { fetchFrom, freePort, mounted, scraped } from './scraped.fixture.ts'
import { parseText } from './text-parser.fixture.ts'

/** Grants so little that a hanging callback is given up after 90 ms. */
const hurried = { 'x-prometheus-scrape-timeout-seconds': '0.1' }
const never = () => new Promise<never>(() => {})

/** The stock exporter, to show what it answers to the same fault. */
async function stock() {
  const reader = new PrometheusExporter({
    port: await freePort(),
    host: '127.0.0.1',
    preventServerStart: true,
  })
  const provider = new MeterProvider({ readers: [reader] })
  await reader.startServer()
  const { _port: port } = reader as unknown as { _port: number }
  const url = `http://127.0.0.1:${port}/metrics`
  return {
    url,
    meter: provider.getMeter('scope'),
    get: () => fetchFrom(url),
    [Symbol.asyncDispose]: () => provider.shutdown().catch(() => {}),
  }
}

describe('a callback that throws', () => {
  it('takes its metric out, is named and counted in the same scrape, and leaves the rest alone', async () => {
    const failures: CallbackFailure[] = []
    const reports: ScrapeReport[] = []
    await using target = await scraped({
      onCallbackError: (failure) => failures.push(failure),
      onScrape: (report) => reports.push(report),
    })
    let broken = false
    target.meter.createObservableGauge('fragile').addCallback((result) => {
      if (broken) throw new Error('no')
      result.observe(1)
    })
    target.meter.createCounter('sound').add(1)
    assert.equal((await target.parsed()).sample('fragile').value, 1)
    broken = true
    const { families, sample } = await target.parsed()
    assert.equal(families.has('fragile'), false)
    assert.equal(sample('sound_total').value, 1)
    assert.equal(sample('otel_collect_errors_total', { metric: 'fragile', reason: 'error' }).value, 1)
    assert.deepEqual(
      failures.map(({ metric, reason }) => [metric, reason]),
      [['fragile', 'error']],
    )
    assert.deepEqual(
      reports.map(({ outcome }) => outcome),
      ['success', 'partial'],
    )
    broken = false
    assert.equal((await target.parsed()).sample('fragile').value, 1)
  })

  it('gets its old value served as if it were new by the stock exporter', async () => {
    await using target = await stock()
    let calls = 0
    target.meter.createObservableGauge('fragile').addCallback((result) => {
      if (++calls > 1) throw new Error('no')
      result.observe(1)
    })
    await target.get()
    const { status, text } = await target.get()
    assert.equal(status, 200)
    assert.match(text, /^fragile\{.*\} 1$/m)
  })

  it('takes all metrics of a batch out', async () => {
    await using target = await scraped()
    const gauges = ['one', 'two'].map((name) => target.meter.createObservableGauge(name))
    target.meter.addBatchObservableCallback(() => Promise.reject(new Error('no')), gauges)
    for (const gauge of gauges) gauge.addCallback((result) => result.observe(1))
    const { families } = await target.parsed()
    assert.deepEqual([families.has('one'), families.has('two')], [false, false])
  })
})

describe('a callback that hangs', () => {
  it('is abandoned and named, and the rest is served in time', async () => {
    await using target = await scraped()
    target.meter.createObservableGauge('stuck').addCallback(never)
    target.meter.createObservableGauge('sound').addCallback((result) => result.observe(1))
    const { sample, families } = await target.parsed(hurried)
    assert.equal(sample('sound').value, 1)
    assert.equal(families.has('stuck'), false)
    assert.equal(sample('otel_collect_errors_total', { metric: 'stuck', reason: 'timeout' }).value, 1)
  })

  it('is not called again while it hangs', async () => {
    await using target = await scraped()
    let calls = 0
    target.meter.createObservableGauge('stuck').addCallback(() => {
      calls++
      return never()
    })
    for (let i = 0; i < 3; i++) await target.get(hurried)
    assert.equal(calls, 1)
    assert.equal((await target.parsed(hurried)).sample('otel_collect_errors_total').value, 4)
  })

  it('keeps the stock exporter from answering at all', async () => {
    await using target = await stock()
    target.meter.createObservableGauge('stuck').addCallback(never)
    const asked = request(target.url, { agent: false }).end()
    const answered = once(asked, 'response').catch(() => {})
    assert.equal(await Promise.race([answered, sleep(300, 'silence')]), 'silence')
    const closed = new Promise((resolve) => asked.on('close', resolve))
    asked.destroy()
    await closed
  })

  it('gets the default time where the scraper names none, or nonsense', async () => {
    await using target = await scraped({ limits: { scrapeTimeoutMs: 50 } })
    target.meter.createObservableGauge('stuck').addCallback(never)
    for (const seconds of [undefined, '', 'soon', '-1', '0', '1e99', 'Infinity']) {
      const { status } = await target.get(
        seconds === undefined ? {} : { 'x-prometheus-scrape-timeout-seconds': seconds },
      )
      assert.equal(status, 200)
    }
  })
})

describe('a callback that returns late', () => {
  it('has its late values thrown away, and is called again by the next scrape', async () => {
    await using target = await scraped()
    const first = Promise.withResolvers<void>()
    let calls = 0
    target.meter.createObservableGauge('slow').addCallback(async (result) => {
      const call = ++calls
      if (call === 1) await first.promise
      result.observe(call)
    })
    assert.equal((await target.parsed(hurried)).families.has('slow'), false)
    first.resolve()
    await sleep(1)
    assert.equal((await target.parsed()).sample('slow').value, 2)
  })
})

describe('a producer of other metrics', () => {
  for (const [name, collect] of [
    ['throws', () => Promise.reject(new Error('no'))],
    ['hangs', never],
  ] as const) {
    it(`that ${name} takes only its own metrics out`, async () => {
      const outcomes: string[] = []
      await using target = await scraped({
        metricProducers: [{ collect }],
        onScrape: ({ outcome }) => outcomes.push(outcome),
      })
      target.meter.createCounter('sound').add(1)
      assert.equal((await target.parsed(hurried)).sample('sound_total').value, 1)
      assert.deepEqual(outcomes, ['partial'])
    })
  }
})

describe('a collection that cannot be trusted', () => {
  it('is answered with 500 when it fails, and not with an empty 200', async () => {
    const outcomes: string[] = []
    await using target = await scraped({ onScrape: ({ outcome }) => outcomes.push(outcome) })
    target.endpoint.collect = () => Promise.reject(new Error('secret detail'))
    const { status, text } = await target.get()
    assert.equal(status, 500)
    assert.doesNotMatch(text, /secret/)
    assert.deepEqual(outcomes, ['error'])
  })

  it('is answered with 503 when it never ends', async () => {
    const outcomes: string[] = []
    await using target = await scraped({ onScrape: ({ outcome }) => outcomes.push(outcome) })
    target.endpoint.collect = never
    assert.equal((await target.get(hurried)).status, 503)
    assert.deepEqual(outcomes, ['timeout'])
  })

  it('is answered with 500 before any reader is bound', async () => {
    const endpoint = new PrometheusEndpoint({ port: 0, preventServerStart: true })
    await endpoint.start()
    assert.equal((await fetchFrom(endpoint.url)).status, 500)
    await endpoint.stopServer()
  })

  it('is served with 200 by the stock exporter', async () => {
    const reader = new PrometheusExporter({
      port: await freePort(),
      host: '127.0.0.1',
      preventServerStart: true,
    })
    await reader.startServer()
    const { _port: port } = reader as unknown as { _port: number }
    const { status, text } = await fetchFrom(`http://127.0.0.1:${port}/metrics`)
    await reader.stopServer()
    assert.equal(status, 200)
    assert.match(text, /^# failed to export metrics/)
  })
})

describe('a shutdown', () => {
  it('refuses connections, and answers 503 where the endpoint is mounted elsewhere', async () => {
    await using target = await scraped()
    await using elsewhere = await mounted(target.endpoint.handler)
    const { url } = target.endpoint
    assert.equal((await fetchFrom(elsewhere.url)).status, 200)
    await target.provider.shutdown()
    await assert.rejects(fetchFrom(url), { code: 'ECONNREFUSED' })
    assert.equal((await fetchFrom(elsewhere.url)).status, 503)
  })

  it('does not wait for a scraper that stays connected', async () => {
    const target = await scraped()
    const socket = connect(Number(new URL(target.endpoint.url).port), '127.0.0.1')
    await once(socket, 'connect')
    const closed = once(socket, 'close')
    await target.provider.shutdown()
    await closed
  })
})

describe('scrapes at the same time', () => {
  for (const scrapes of [3, 300]) {
    it(`share one collection when there are ${scrapes}`, async () => {
      await using target = await scraped()
      let calls = 0
      let arrived = 0
      const allArrived = Promise.withResolvers<void>()
      target.meter.createObservableCounter('calls').addCallback(async (result) => {
        calls++
        await allArrived.promise
        result.observe(calls)
      })
      await using server = await mounted((request, response) => {
        target.endpoint.handler(request, response)
        if (++arrived === scrapes) allArrived.resolve()
      })
      const answers = await Promise.all(Array.from({ length: scrapes }, () => fetchFrom(server.url)))
      assert.equal(calls, 1)
      for (const { status, text } of answers) assert.deepEqual([status, text], [200, answers[0]?.text])
      assert.equal(parseText(answers[0]?.text ?? '').sample('calls_total').value, 1)
    })
  }

  /** A callback that ends when it is told to, beside one that takes a moment; what can be awaited is counted. */
  async function slowTarget() {
    const target = await scraped()
    const released = Promise.withResolvers<void>()
    const counts = { arrived: 0, slow: 0, quick: 0 }
    const changed = new EventEmitter()
    const count = (what: keyof typeof counts) => {
      counts[what]++
      changed.emit('change')
    }
    target.meter.createObservableGauge('slow').addCallback(async (result) => {
      count('slow')
      await released.promise
      result.observe(1)
    })
    target.meter.createObservableGauge('quick').addCallback(async (result) => {
      count('quick')
      await sleep(1)
      result.observe(2)
    })
    const server = await mounted((request, response) => {
      target.endpoint.handler(request, response)
      count('arrived')
    })
    const scrape = async (seconds: number) =>
      parseText((await fetchFrom(server.url, { 'x-prometheus-scrape-timeout-seconds': `${seconds}` })).text)
    return {
      scrape,
      counts,
      port: Number(new URL(server.url).port),
      /** Resolves when it has happened so often. */
      reached: async (what: keyof typeof counts, wanted: number) => {
        while (counts[what] < wanted) await once(changed, 'change')
      },
      release: released.resolve,
      [Symbol.asyncDispose]: async () => {
        await server[Symbol.asyncDispose]()
        await target[Symbol.asyncDispose]()
      },
    }
  }

  it('wait as long as each can: the hurried get what there is, the patient get all', async () => {
    await using target = await slowTarget()
    const patient = target.scrape(600)
    await target.reached('slow', 1)
    for (const { families, sample } of await Promise.all([target.scrape(0.1), target.scrape(0.2)])) {
      assert.equal(families.has('slow'), false)
      assert.equal(sample('quick').value, 2)
      assert.ok(sample('otel_collect_errors_total', { metric: 'slow', reason: 'timeout' }).value)
    }
    target.release()
    const { sample } = await patient
    assert.deepEqual([sample('slow').value, sample('quick').value], [1, 2])
    assert.deepEqual([target.counts.slow, target.counts.quick], [1, 1])
  })

  it('wait as long as each can where the hurried came first', async () => {
    await using target = await slowTarget()
    const impatient = target.scrape(0.5)
    await target.reached('slow', 1)
    const patient = target.scrape(600)
    await target.reached('arrived', 2)
    assert.equal((await impatient).families.has('slow'), false)
    target.release()
    assert.equal((await patient).sample('slow').value, 1)
    assert.equal(target.counts.slow, 1)
  })

  it('do not inherit the impatience of one that is answered already', async () => {
    await using target = await slowTarget()
    assert.equal((await target.scrape(0.05)).families.has('slow'), false)
    const patient = target.scrape(600)
    await target.reached('arrived', 2)
    target.release()
    assert.equal((await patient).sample('slow').value, 1)
    assert.equal(target.counts.slow, 1)
  })

  it('are not disturbed by one whose connection breaks', async () => {
    await using target = await slowTarget()
    const socket = connect(target.port, '127.0.0.1')
    socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\nX-Prometheus-Scrape-Timeout-Seconds: 0.5\r\n\r\n')
    await target.reached('slow', 1)
    const patient = target.scrape(600)
    await target.reached('arrived', 2)
    socket.destroy()
    await sleep(600)
    target.release()
    assert.equal((await patient).sample('slow').value, 1)
    assert.equal(target.counts.slow, 1)
  })

  it('each run the callbacks in the stock exporter', async () => {
    await using target = await stock()
    let calls = 0
    const bothCalled = Promise.withResolvers<void>()
    target.meter.createObservableGauge('g').addCallback(async () => {
      if (++calls === 2) bothCalled.resolve()
      await bothCalled.promise
    })
    await Promise.all([target.get(), target.get()])
    assert.equal(calls, 2)
  })
})

describe('a connection', () => {
  it('of a reader that stops reading is closed', async () => {
    const reported = Promise.withResolvers<ScrapeReport>()
    const limits = { idleMs: 50 }
    await using target = await scraped({
      metricProducers: [manySeries(200_000)],
      limits,
      onScrape: reported.resolve,
    })
    const socket = connect(Number(new URL(target.endpoint.url).port), '127.0.0.1').pause()
    socket.on('error', () => {})
    socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n')
    assert.equal((await reported.promise).outcome, 'error')
    const closed = once(socket, 'close')
    socket.resume()
    await closed
    assert.ok(socket.bytesRead < 20_000_000)
  })

  it('whose reader takes the headers and leaves the tail is closed, on a server of somebody else too', async () => {
    const reported = Promise.withResolvers<ScrapeReport>()
    await using target = await scraped({
      metricProducers: [manySeries(200_000)],
      limits: { idleMs: 50 },
      onScrape: reported.resolve,
    })
    await using server = await mounted(target.endpoint.handler)
    const socket = connect({ port: Number(new URL(server.url).port), host: '127.0.0.1' })
    socket.on('error', () => {})
    socket.once('readable', () => socket.read(100))
    socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n')
    assert.equal((await reported.promise).outcome, 'error')
    socket.destroy()
  })

  it('that is dropped in the middle is given up, and the next scrape is answered', async () => {
    const reports: ScrapeReport[] = []
    const reported = Promise.withResolvers<void>()
    await using target = await scraped({
      metricProducers: [manySeries(200_000)],
      onScrape: (report) => {
        reports.push(report)
        reported.resolve()
      },
    })
    const socket = connect(Number(new URL(target.endpoint.url).port), '127.0.0.1')
    socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(socket, 'data')
    socket.destroy()
    await reported.promise
    assert.equal((await target.get()).status, 200)
    assert.deepEqual(
      reports.map(({ outcome }) => outcome),
      ['error', 'success'],
    )
  })

  it('that stands still gives way to a scrape beyond the limit', async () => {
    await using target = await scraped({ limits: { connections: 1 } })
    const first = connect(Number(new URL(target.endpoint.url).port), '127.0.0.1')
    first.on('error', () => {})
    await once(first, 'connect')
    const closed = once(first.resume(), 'close')
    assert.equal((await target.get()).status, 200)
    await closed
  })

  it('that is sent many times ahead is cut off', async () => {
    await using target = await scraped()
    const socket = connect(Number(new URL(target.endpoint.url).port), '127.0.0.1')
    socket.on('error', () => {})
    let answer = ''
    socket.setEncoding('utf8').on('data', (text) => {
      answer += text
    })
    socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(16))
    await once(socket, 'close')
    assert.ok(answer.split('HTTP/1.1 200').length < 16)
  })

  it('with too large headers is answered with 431', async () => {
    await using target = await scraped({ limits: { headerBytes: 2000 } })
    assert.equal((await target.get({ padding: 'x'.repeat(1000) })).status, 200)
    assert.equal((await target.get({ padding: 'x'.repeat(2000) })).status, 431)
  })
})

describe('a request', () => {
  const requests: [method: string, path: string, status: number][] = [
    ['GET', '/metrics', 200],
    ['GET', '/metrics?name[]=up', 200],
    ['GET', '/', 404],
    ['GET', '/metrics/', 404],
    ['POST', '/metrics', 405],
    ['DELETE', '/metrics', 405],
    ['OPTIONS', '/metrics', 405],
    ['POST', '/elsewhere', 404],
  ]
  for (const [method, path, status] of requests) {
    it(`${method} ${path} is answered with ${status}`, async () => {
      await using target = await scraped()
      const answer = await target.get({}, { method, path })
      assert.equal(answer.status, status)
      assert.equal(answer.headers.allow, status === 405 ? 'GET, HEAD' : undefined)
    })
  }

  it('HEAD is answered like GET, without the body', async () => {
    await using target = await scraped()
    target.meter.createCounter('c').add(1)
    const { headers: got, bytes } = await target.get()
    const { status, headers, bytes: none } = await target.get({}, { method: 'HEAD' })
    assert.deepEqual([status, headers['content-type'], none.length], [200, got['content-type'], 0])
    assert.equal(headers['content-length'], String(bytes.length))
  })

  it('for gzip gets the same metrics, compressed', async () => {
    await using target = await scraped()
    target.meter.createCounter('c').add(1)
    const { bytes, headers } = await target.get({ 'accept-encoding': 'gzip' })
    assert.equal(headers['content-length'], String(bytes.length))
    assert.equal(gunzipSync(bytes).toString(), (await target.get()).text)
  })
})

describe('starting', () => {
  it('fails with the cause when the port is in use, and works once it is free', async () => {
    await using holder = await scraped()
    const { port } = new URL(holder.endpoint.url)
    const endpoint = new PrometheusEndpoint({ port: Number(port), preventServerStart: true })
    await assert.rejects(endpoint.start(), (error: Error) => {
      assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port}.*EADDRINUSE`))
      assert.equal((error.cause as NodeJS.ErrnoException).code, 'EADDRINUSE')
      return true
    })
    await holder.endpoint.stopServer()
    await endpoint.start()
    await endpoint.start()
    await endpoint.stopServer()
    await endpoint.stopServer()
  })

  it('happens by itself, and tells the callback, as with the stock exporter', async () => {
    const started = Promise.withResolvers<Error | undefined>()
    const endpoint = new PrometheusEndpoint({ port: 0 }, started.resolve)
    assert.equal(await started.promise, undefined)
    const failed = Promise.withResolvers<Error | undefined>()
    new PrometheusEndpoint({ port: Number(new URL(endpoint.url).port) }, failed.resolve)
    assert.match(String(await failed.promise), /EADDRINUSE/)
    await endpoint.stopServer()
  })
})
