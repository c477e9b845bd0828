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
  `Node ${process.version}, ${availableParallelism()} cores, fastest of ${rounds} scrapes after ${warmups} more.`,
)
console.log('Idle: no value changed since the last scrape. Hot: all did. Histograms have 10 buckets.\n')
console.log(
  '| series | peer | idle ms | × ours | hot ms | × ours | longest stall idle / hot ms | collect() idle / hot ms | bytes per series |',
)
console.log('|---|---|---|---|---|---|---|---|---|')
for (const [kind, series] of cases) {
  let ours: Figures | undefined
  for (const peer of peers) {
    const figures = await measure(peer, kind, series)
    ours ??= figures
    console.log(row(`${series.toLocaleString('en')} ${kind}`, peer, figures, ours))
  }
}

async function measure(peer: Peer, kind: Kind, series: number): Promise<Figures> {
  const file = new URL('./target.ts', import.meta.url)
  const child = fork(file, [peer, kind, String(series)], { execArgv: ['--expose-gc'] })
  const [url] = (await once(child, 'message')) as [string]
  const idle = await scrapes(child, url, false)
  const hot = await scrapes(child, url, true)
  const collectIdle: number[] = []
  const collectHot: number[] = []
  for (let i = 0; i < rounds && peer !== 'prom-client'; i++) {
    collectIdle.push(await ask(child, 'collect'))
    await ask(child, 'record')
    collectHot.push(await ask(child, 'collect'))
  }
  const bytesPerSeries = await ask(child, 'bytes')
  child.disconnect()
  child.kill()
  return {
    idleMs: fastest(idle.times),
    hotMs: fastest(hot.times),
    idleStallMs: fastest(idle.stalls),
    hotStallMs: fastest(hot.stalls),
    collectIdleMs: fastest(collectIdle),
    collectHotMs: fastest(collectHot),
    bytesPerSeries,
  }
}

async function scrapes(child: ChildProcess, url: string, hot: boolean) {
  const times: number[] = []
  const stalls: number[] = []
  for (let i = 0; i < warmups + rounds; i++) {
    if (hot) await ask(child, 'record')
    await ask(child, 'reset')
    const start = performance.now()
    await read(url)
    const took = performance.now() - start
    const stall = await ask(child, 'stall')
    if (i < warmups) continue
    times.push(took)
    stalls.push(stall)
  }
  return { times, stalls }
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
