import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadConfig, metricsFlags, shownConfig } from './cli/serve/load-config.ts'
import { createLog } from './model/log.ts'
import { type Addresses, serve } from './serve.ts'

const token = 'hidden-hidden-hidden-1'
const metricsToken = 'hidden-hidden-hidden-2'

describe('a service that strangers reach', { timeout: 120_000 }, () => {
  const stop = new AbortController()
  const lines: string[] = []
  const flood: Socket[] = []
  let dir: string
  let running: Promise<void>
  let at: { readonly api: URL; readonly metrics: string }

  before(async () => {
    process.env.OTEL_METRICS_EXPORTER = 'prometheus,otlp'
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = 'http://user:hidden@127.0.0.1:1/?key=hidden'
    process.env.OTEL_EXPORTER_OTLP_HEADERS = 'authorization=Bearer%20hidden'
    process.env.OTEL_METRIC_EXPORT_INTERVAL = '200'
    process.env.OTEL_METRIC_EXPORT_TIMEOUT = '200'
    dir = await mkdtemp(join(tmpdir(), 'serve-'))
    const loaded = loadConfig(['--data', dir, '--port', '0', '--metrics-port', '0', '--log-level', 'debug'], {
      TIDEGAUGE_TOKEN: token,
      TIDEGAUGE_METRICS_TOKEN: metricsToken,
    })
    const listening = Promise.withResolvers<Addresses>()
    running = serve({
      config: loaded.config,
      service: { name: 'tidegauge', version: '1' },
      metrics: metricsFlags(loaded),
      shownConfig: shownConfig(loaded) as never,
      log: createLog({ level: 'debug', write: (line) => lines.push(line) }),
      signal: stop.signal,
      onListening: async (addresses) => listening.resolve(addresses),
    })
    const { api, metrics = '' } = await Promise.race([listening.promise, running.then(() => assert.fail())])
    at = { api, metrics }
  })
  after(async () => {
    for (const socket of flood) socket.destroy()
    stop.abort()
    await running
    await rm(dir, { recursive: true })
  })

  const ask = (url: URL | string, bearer?: string) =>
    fetch(url, { headers: { connection: 'close', ...(bearer && { authorization: `Bearer ${bearer}` }) } })

  it('asks scrapes and callers for their tokens', async () => {
    for (const [url, right, wrong] of [
      [new URL('/config', at.api), token, metricsToken],
      [at.metrics, metricsToken, token],
    ] as const) {
      const statuses = [await ask(url), await ask(url, wrong), await ask(url, right)].map(
        ({ status }) => status,
      )
      assert.deepEqual(statuses, [401, 401, 200])
    }
  })

  it('keeps room for probes and scrapes in a flood of connections', async () => {
    for (const { port } of [at.api, new URL(at.metrics)])
      for (let i = 0; i < 600; i++) {
        const socket = connect(Number(port), '127.0.0.1')
          .on('error', () => {})
          .resume()
        flood.push(socket)
        await once(socket, 'connect')
      }
    // Those beyond the limit are closed; without one this would wait in vain.
    while (flood.filter(({ closed }) => !closed).length > 2 * 512) await sleep(10)
    assert.equal((await ask(new URL('/health', at.api))).status, 200)
    const scrapes = await Promise.all(
      Array.from({ length: 300 }, async () => {
        const response = await ask(at.metrics, metricsToken)
        return [response.status, /^firehose_events_total/m.test(await response.text())]
      }),
    )
    for (const scrape of scrapes) assert.deepEqual(scrape, [200, true])
  })

  it('shows no secret in its log, nor in GET /config', async () => {
    while (!lines.some((line) => line.includes('cannot export metrics'))) await sleep(20)
    const config = await (await ask(new URL('/config', at.api), token)).text()
    assert.match(config, /http:\/\/\*\*\*@127\.0\.0\.1:1/)
    assert.match(config, /metricsToken/)
    for (const shown of [config, ...lines]) assert.doesNotMatch(shown, /hidden/)
  })
})
