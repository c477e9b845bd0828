import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { bind, type MetricDefinition, startPipeline } from '@tidegauge/otel'
import { readConfiguration } from '../../otel/configuration/configuration.ts'
import { loadConfig } from '../../src/cli/serve/load-config.ts'
import { startDemoNetwork } from '../../src/demo/network.ts'
import { createLog } from '../../src/model/log.ts'
import { TestRelay } from '../../src/net/firehose/testing/test-relay.ts'
import { createTestRepo, type TestRepo } from '../../src/net/firehose/testing/test-repo.ts'
import { serve } from '../../src/serve.ts'
import { generatedFiles } from '../../tools/generate/files.ts'
import { filesCalledIn } from './coverage.ts'

const jobs = {
  name: 'jobs',
  instrument: 'counter',
  unit: '{job}',
  description: 'Jobs that were done.',
  attributes: { kind: ['small', 'large'] },
} as const satisfies MetricDefinition

const service = { name: 'shop', version: '1.0.0' }

/** One commit, from the frame that a relay sends to the row that a query finds. */
export async function walkOfFrame(): Promise<readonly string[]> {
  await using stack = new AsyncDisposableStack()
  const dir = mkdtempSync(join(tmpdir(), 'tidegauge-walk-'))
  stack.defer(() => rmSync(dir, { recursive: true, force: true }))
  const relay = stack.use(await TestRelay.start())
  const repo = await createTestRepo('did:plc:ewvi7nxzyoun6zhxrhs64oiz')
  const directory = createServer((_request, response) => response.end(JSON.stringify(documentOf(repo))))
  await once(directory.listen(0, '127.0.0.1'), 'listening')
  stack.defer(() => void directory.close())
  const plc = `http://127.0.0.1:${(directory.address() as AddressInfo).port}`
  const flags = ['--relay', relay.url.origin, '--plc', plc, '--allow-loopback', '--data', dir]
  await serveUntilDisposed(stack, flags)
  // The product is not asked whether the record is there: that would be a walk of its own.
  const looking = new DatabaseSync(join(dir, 'tidegauge.db'), { readOnly: true })
  stack.defer(() => looking.close())
  const records = () => Number(looking.prepare('SELECT count(*) AS n FROM record').get()?.n)
  // Made beforehand: the demo network that makes them is no part of the walk.
  const frames: Buffer[] = []
  for (let seq = 1; seq <= 4; seq++) frames.push(await repo.createFrame(seq))
  let seq = 0
  const sendNext = async () => {
    relay.emit(++seq, frames[seq - 1] as Buffer)
    while (records() < seq) await sleep(5)
    await sleep(50)
  }
  await sendNext()
  return await filesCalledIn(sendNext)
}

/** A repo that is tracked in mid-life, from the request to its content, as far as it happens in the main thread. */
export async function walkOfRepo(): Promise<readonly string[]> {
  await using stack = new AsyncDisposableStack()
  const dir = mkdtempSync(join(tmpdir(), 'tidegauge-walk-'))
  stack.defer(() => rmSync(dir, { recursive: true, force: true }))
  const demo = stack.use(await startDemoNetwork({ dir: ':memory:', eventsPerSecond: 0, accounts: 5 }))
  const [first, ...others] = demo.accounts().map(({ did }) => did)
  const flags = ['--relay', demo.relay.origin, '--plc', demo.plc.origin, '--allow-loopback', '--data', dir]
  const api = await serveUntilDisposed(stack, [...flags, '--from', 'live', '--dids', first ?? ''])
  const looking = new DatabaseSync(join(dir, 'tidegauge.db'), { readOnly: true })
  stack.defer(() => looking.close())
  const handles = () =>
    Number(
      looking.prepare('SELECT count(*) AS n FROM repo WHERE data IS NOT NULL AND handle IS NOT NULL').get()
        ?.n,
    )
  let tracked = 1
  while (handles() < tracked) await sleep(5)
  const trackNext = async () => {
    const body = JSON.stringify({ did: others[tracked - 1] })
    const headers = { 'content-type': 'application/json' }
    await fetch(new URL('/repos', api), { method: 'POST', headers, body })
    tracked++
    while (handles() < tracked) await sleep(5)
    await sleep(50)
  }
  await trackNext()
  const files = await filesCalledIn(trackNext)
  // The host is in this process as well, with its half of net/repo; ours is used by the thread that reads.
  return files.filter((file) => !/^src\/(demo|net\/repo)\//.test(file))
}

/** @returns where its API is. */
async function serveUntilDisposed(stack: AsyncDisposableStack, flags: readonly string[]): Promise<URL> {
  const { config } = loadConfig([...flags, '--port', '0', '--metrics-port', '0'], {})
  const stop = new AbortController()
  const listening = Promise.withResolvers<URL>()
  const running = serve({
    config,
    service,
    metrics: { port: 0 },
    shownConfig: {},
    log: createLog({ level: 'error', write: () => {} }),
    signal: stop.signal,
    onListening: async ({ api }) => listening.resolve(api),
  })
  stack.defer(async () => {
    stop.abort()
    await running
  })
  return await listening.promise
}

function documentOf({ did, multikey }: TestRepo) {
  return {
    id: did,
    alsoKnownAs: ['at://walker.test'],
    verificationMethod: [
      { id: `${did}#atproto`, type: 'Multikey', controller: did, publicKeyMultibase: multikey },
    ],
    service: [
      { id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: 'https://pds.example.org' },
    ],
  }
}

/** One measurement by a bound counter, from the call to the sum that the next scrape takes. */
export async function walkOfRecording(): Promise<readonly string[]> {
  await using pipeline = await started()
  const done = bind(pipeline.meter(), jobs).bind({ kind: 'small' })
  done.add(1)
  return await filesCalledIn(() => done.add(1))
}

/** A scrape, from the request to the text. */
export async function walkOfScrape(): Promise<readonly string[]> {
  await using pipeline = await started()
  bind(pipeline.meter(), jobs).add(1, { kind: 'small' })
  const url = pipeline.endpoint?.url ?? ''
  await (await fetch(url)).text()
  return await filesCalledIn(async () => (await fetch(url)).text())
}

/** A variable, from the environment to the setting that holds. */
export async function walkOfVariable(): Promise<readonly string[]> {
  const environment = { OTEL_EXPORTER_PROMETHEUS_PORT: '9000' }
  return await filesCalledIn(() => readConfiguration({ service, environment }))
}

/** An entry of a catalog, from its declaration to the dashboard, the rules and the pages. */
export async function walkOfEntry(): Promise<readonly string[]> {
  const component = { name: 'shop', title: 'Shop', description: 'A shop.' }
  const components = [{ ...component, metrics: [jobs], recordings: [], panels: [], alerts: [] }]
  return await filesCalledIn(() => generatedFiles({ components }))
}

const started = () =>
  startPipeline({ catalog: [jobs], service, environment: { OTEL_EXPORTER_PROMETHEUS_PORT: '0' } })
