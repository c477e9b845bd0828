// Whole scrapes over HTTP: ours, the stock exporter's and prom-client's, of the same series.
// Usage: node bench/scrape/run.ts [scrapes per figure, 15 by default]
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { availableParallelism } from 'node:os'
import type { Kind, Peer } from './served.ts'

const rounds = Number(process.argv[2] ?? 15)
const warmups = 15
const peers: readonly Peer[] = ['tidegauge', 'exporter-prometheus', 'prom-client']
const cases: readonly (readonly [kind: Kind, series: number])[] = [
  ['counters', 100],
  ['counters', 1_000],
  ['counters', 10_000],
  ['counters', 100_000],
  ['histograms', 5_000],
]

interface Figures {
  readonly idleMs: number
  readonly hotMs: number
  readonly idleStallMs: number
  readonly hotStallMs: number
  readonly collectIdleMs: number
  readonly collectHotMs: number
  readonly bytesPerSeries: number
}

console.log(
  `Node ${process.version}, ${availableParallelism()} cores, fastest of ${rounds} scrapes after ${warmups} more, the peers in turns.`,
)
console.log('Idle: no value changed since the last scrape. Hot: all did. Histograms have 10 buckets.\n')
console.log(
  '| series | peer | idle ms | × ours | hot ms | × ours | longest stall idle / hot ms | collect() idle / hot ms | bytes per series |',
)
console.log('|---|---|---|---|---|---|---|---|---|')
for (const [kind, series] of cases) {
  const measured = await measure(kind, series)
  const [ours] = measured
  for (const [i, peer] of peers.entries()) {
    if (ours) console.log(row(`${series.toLocaleString('en')} ${kind}`, peer, measured[i] ?? ours, ours))
  }
}

/** Measures the peers in turns, so that whatever else the machine does falls on all of them. */
async function measure(kind: Kind, series: number): Promise<Figures[]> {
  const targets = await Promise.all(peers.map((peer) => start(peer, kind, series)))
  for (const hot of [false, true]) {
    for (let i = 0; i < warmups + rounds; i++) {
      for (const target of targets) await scrape(target, hot, i < warmups)
    }
  }
  const figures: Figures[] = []
  for (const { child, url, idle, hot } of targets) {
    const before = await ask(child, 'heldBytes')
    await ask(child, 'grow')
    for (let i = 0; i < 3; i++) await read(url)
    const bytesPerSeries = ((await ask(child, 'heldBytes')) - before) / series
    figures.push({
      idleMs: fastest(idle.scrapes),
      hotMs: fastest(hot.scrapes),
      idleStallMs: fastest(idle.stalls),
      hotStallMs: fastest(hot.stalls),
      collectIdleMs: fastest(idle.collections),
      collectHotMs: fastest(hot.collections),
      bytesPerSeries,
    })
    child.disconnect()
    child.kill()
  }
  return figures
}

interface Samples {
  readonly scrapes: number[]
  readonly stalls: number[]
  readonly collections: number[]
}

interface Target {
  readonly peer: Peer
  readonly child: ChildProcess
  readonly url: string
  readonly idle: Samples
  readonly hot: Samples
}

async function start(peer: Peer, kind: Kind, series: number): Promise<Target> {
  const file = new URL('./target.ts', import.meta.url)
  const child = fork(file, [peer, kind, String(series)], { execArgv: ['--expose-gc'] })
  const [url] = (await once(child, 'message')) as [string]
  await ask(child, 'record')
  const samples = (): Samples => ({ scrapes: [], stalls: [], collections: [] })
  return { peer, child, url, idle: samples(), hot: samples() }
}

async function scrape({ peer, child, url, ...target }: Target, hot: boolean, warmup: boolean): Promise<void> {
  const samples = hot ? target.hot : target.idle
  if (hot) await ask(child, 'record')
  await ask(child, 'reset')
  const start = performance.now()
  await read(url)
  const took = performance.now() - start
  const stall = await ask(child, 'stall')
  if (warmup) return
  samples.scrapes.push(took)
  samples.stalls.push(stall)
  if (peer === 'prom-client') return
  if (hot) await ask(child, 'record')
  samples.collections.push(await ask(child, 'collect'))
}

/** Reads the answer without looking at it, so that the client costs next to nothing. */
async function read(url: string): Promise<void> {
  const [response] = (await once(get(url), 'response')) as [IncomingMessage]
  response.resume()
  await once(response, 'end')
}

async function ask(child: ChildProcess, command: string): Promise<number> {
  child.send(command)
  const [answer] = await once(child, 'message')
  return answer
}

/** The scrape that was disturbed least by whatever else the machine does. */
function fastest(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : Math.min(...values)
}

function row(series: string, peer: Peer, figures: Figures, ours: Figures): string {
  const { idleMs, hotMs, idleStallMs, hotStallMs, collectIdleMs, collectHotMs, bytesPerSeries } = figures
  const ratio = (a: number, b: number) => `${(a / b).toFixed(1)}×`
  const ms = (value: number) => (Number.isNaN(value) ? '–' : value.toFixed(1))
  return `| ${[
    series,
    peer,
    ms(idleMs),
    ratio(idleMs, ours.idleMs),
    ms(hotMs),
    ratio(hotMs, ours.hotMs),
    `${ms(idleStallMs)} / ${ms(hotStallMs)}`,
    `${ms(collectIdleMs)} / ${ms(collectHotMs)}`,
    bytesPerSeries.toFixed(0),
  ].join(' | ')} |`
}
