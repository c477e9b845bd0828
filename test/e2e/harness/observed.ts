import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseDocument } from 'yaml'
import { callTool } from './call-tool.ts'
import { startLoad } from './load.ts'
import { request } from './network.ts'
import { startObservers } from './observing.ts'
import { type Pds, startPds } from './pds.ts'
import { type Prometheus, startPrometheus } from './prometheus.ts'
import { createRandom, type Random } from './random.ts'
import { startTidegauge, type Tidegauge } from './tidegauge.ts'

export const dashboardsFolder = join(import.meta.dirname, '../../../dashboards')

export const dashboardFiles = readdirSync(dashboardsFolder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => join(dashboardsFolder, name))

const alertsFolder = join(dashboardsFolder, 'alerts')

/** The generated rules; their unit tests stand beside them. */
export const ruleFiles = (existsSync(alertsFolder) ? readdirSync(alertsFolder) : [])
  .filter((name) => /\.ya?ml$/.test(name) && !/test/.test(name))
  .map((name) => join(alertsFolder, name))

/** A service under traffic, and the Prometheus that scrapes it every second with the generated rules loaded. */
export interface Observed {
  readonly pds: Pds
  readonly service: Tidegauge
  readonly prometheus: Prometheus
}

export interface ObservedOptions {
  readonly stack: AsyncDisposableStack
  readonly random?: Random
  /** Pause of each account after each commit, in milliseconds. @default 300 */
  readonly pauseMs?: number
}

/** Starts all of it on a stack that ends it. Commits and requests go on until then. */
export async function startObserved({
  stack,
  random = createRandom(),
  pauseMs = 300,
}: ObservedOptions): Promise<Observed> {
  const pds = stack.use(await startPds())
  // It pushes as well, so that its exports have something to tell.
  const backend = stack.use(await startPrometheus({ flags: ['--web.enable-otlp-receiver'] }))
  const env = {
    OTEL_METRICS_EXPORTER: 'prometheus,otlp',
    OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/protobuf',
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${backend.url}/api/v1/otlp/v1/metrics`,
    OTEL_METRIC_EXPORT_INTERVAL: '2000',
    OTEL_METRIC_EXPORT_TIMEOUT: '1000',
  }
  const observers = await startObservers(stack)
  const service = stack.use(await startTidegauge({ pds, env, args: ['--observers', observers] }))
  const prometheus = stack.use(
    await startPrometheus({
      targets: [service.metrics],
      scrape: { job_name: 'tidegauge' },
      rules: ruleFiles.map((file) => eagerly(readFileSync(file, 'utf8'))),
    }),
  )
  stack.use(await startLoad(pds, { random, accounts: 3, pauseMs }))
  stack.use(askAllTheWhile(service, random))
  stack.use(callAllTheWhile(service))
  stack.use(fetchAllTheWhile(service, (await pds.createAccount('fetched')).did))
  return { pds, service, prometheus }
}

/** The rules evaluated every second: a test does not wait for half a minute. Nothing else is changed. */
function eagerly(text: string): string {
  const document = parseDocument(text)
  const { groups = [] } = document.toJS() as { groups?: readonly unknown[] }
  for (const index of groups.keys()) document.setIn(['groups', index, 'interval'], '1s')
  return document.toString()
}

/** Has a repo fetched whole, and removes it, again and again. */
function fetchAllTheWhile(service: Tidegauge, did: string): AsyncDisposable {
  const stop = new AbortController()
  const fetching = (async () => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' } }
    while (!stop.signal.aborted) {
      await request(`${service.url}/repos/${did}`, { method: 'DELETE' }).catch(() => {})
      await request(`${service.url}/repos`, { ...init, body: JSON.stringify({ did }) }).catch(() => {})
      await sleep(500)
    }
  })()
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await fetching
    },
  }
}

/** Lets a model ask for what is there. */
function callAllTheWhile(service: Tidegauge): AsyncDisposable {
  const stop = new AbortController()
  const calling = (async () => {
    while (!stop.signal.aborted) {
      await callTool(service, 'repos', {}).catch(() => {})
      await sleep(500)
    }
  })()
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await calling
    },
  }
}

/** Uses every part of the API, with a mistake now and then. */
export function askAllTheWhile(service: Tidegauge, random: Random): AsyncDisposable {
  const stop = new AbortController()
  const ask = (path: string, body?: object) =>
    request(`${service.url}${path}`, {
      signal: stop.signal,
      ...(body && {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    }).then((response) => response.arrayBuffer())
  const asking = (async () => {
    while (!stop.signal.aborted) {
      const asked = [ask('/stats'), ask('/repos'), ask('/search?q=words'), ask('/query', { limit: 50 })]
      if (random.below(4) === 0) asked.push(ask('/records/did:plc:nobody/app.bsky.feed.post/none'))
      await Promise.allSettled(asked)
      await sleep(150 + random.below(200))
    }
  })()
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await asking
    },
  }
}
