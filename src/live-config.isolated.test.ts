import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { changeableSettings, withKept } from './cli/serve/kept.ts'
import { loadConfig, metricsFlags, shownConfig } from './cli/serve/load-config.ts'
import { createLog, type LogLevel } from './model/log.ts'
import { type Addresses, serve } from './serve.ts'

describe('a running service whose configuration is changed', { timeout: 90_000 }, () => {
  let dir: string
  after(() => rm(dir, { recursive: true, force: true }))

  it('removes what it keeps no more, fetches what it keeps again, and remembers what it is asked to', async () => {
    dir = await mkdtemp(join(tmpdir(), 'live-config-'))
    const args = ['--data', dir, '--port', '0', '--metrics-port', '0', '--demo-rate', '20']
    await using service = await start(args)
    await service.until(async () => (await service.collections()).size > 2)

    const posts = { collections: ['app.bsky.feed.post'] }
    assert.equal((await service.patch('', posts)).status, 200)
    await service.until(async () => service.log.some((line) => /not kept any more were removed/.test(line)))
    assert.deepEqual(await service.collections(), new Set(['app.bsky.feed.post']))
    const { body } = await service.ask('/config')
    assert.deepEqual(body.service.collections, { value: posts.collections, origin: 'PATCH /config' })

    await service.until(
      async () => (await service.patch('?persist=true', { collections: [] })).status === 200,
    )
    await service.until(async () => (await service.collections()).size > 2)
    await service.until(async () => (await service.ask('/repos?status=desync')).body.repos.length === 0)

    const level: LogLevel = 'debug'
    await service.patch('?persist=true', { logLevel: level, backfillConcurrency: 9 })
    assert.equal(service.level(), level)
    const metrics = await (await fetch(service.metrics)).text()
    assert.match(metrics, /^http_config_changes_total\{.*setting="collections".*\} 2$/m)
    assert.match(metrics, /^http_config_changes_total\{.*setting="logLevel".*\} 1$/m)
    assert.match(metrics, /^http_config_changes_total\{.*setting="hostConcurrency".*\} 0$/m)

    const fixed = await service.patch('', { port: 8080 })
    assert.deepEqual([fixed.status, fixed.body.type], [422, '/docs#problem-not-changeable'])
    assert.match(fixed.body.detail, /port: cannot change while the service runs/)
    const wrong = await service.patch('', { port: 8080, logLevel: 'loud' })
    assert.equal(wrong.status, 400)
    assert.equal((await service.patch('', { colour: 'red' })).status, 400)

    const again = await withKept(loadConfig([...args, '--log-level', 'warn'], {}))
    const path = join(dir, 'config.json')
    assert.deepEqual([again.config.logLevel, again.origins.logLevel], ['debug', path])
    assert.deepEqual(shownConfig(again).backfillConcurrency, { value: 9, origin: path })
    assert.deepEqual(again.kept, [
      { key: 'collections', replaces: 'default' },
      { key: 'backfillConcurrency', replaces: 'default' },
      { key: 'logLevel', replaces: '--log-level' },
    ])
  })
})

async function start(args: readonly string[]) {
  const stop = new AbortController()
  const started = loadConfig(args, {})
  const loaded = await withKept(started)
  const log: string[] = []
  let level = loaded.config.logLevel
  const listening = Promise.withResolvers<Addresses>()
  const running = serve({
    config: loaded.config,
    service: { name: 'tidegauge', version: '1' },
    metrics: metricsFlags(loaded),
    shownConfig: shownConfig(loaded),
    changeable: { current: changeableSettings(loaded), started: changeableSettings(started) },
    setLogLevel: (next) => {
      level = next
    },
    log: createLog({ write: (line) => log.push(line) }),
    signal: stop.signal,
    onListening: async (addresses) => listening.resolve(addresses),
  })
  const { api, metrics = '' } = await Promise.race([
    listening.promise,
    running.then(() => assert.fail('it ended')),
  ])
  const ask = async (path: string, method = 'GET', content?: object) => {
    const response = await fetch(new URL(path, api), {
      method,
      ...(content && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(content) }),
    })
    // biome-ignore lint/suspicious/noExplicitAny: the test looks into it as it likes
    return { status: response.status, body: (await response.json()) as any }
  }
  return {
    log,
    metrics,
    ask,
    level: () => level,
    patch: (query: string, change: object) => ask(`/config${query}`, 'PATCH', change),
    collections: async () => {
      const { body } = await ask('/query', 'POST', { limit: 1000 })
      return new Set<string>(body.records.map(({ uri }: { uri: string }) => uri.split('/')[3]))
    },
    until: async (isTrue: () => Promise<boolean>) => {
      while (!(await isTrue())) await sleep(50)
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      await running
    },
  }
}
