// Records per second from getRepo into store and search: Tidegauge as a whole service, and the plain pipeline of
// @atproto/repo, in turns. With --live, as many events per second come by the firehose meanwhile, and the time is
// measured until some of them can be read by the API.
// usage: node bench/backfill/run.ts [--repos 200] [--records 2000] [--plain-repos 20] [--rounds 3] [--live 0] [--flag …]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { cpuSeconds } from '../cpu-seconds.ts'
import { type RunningLoad, root, startLoad, startService } from './service.ts'

const { values: flags } = parseArgs({
  options: {
    repos: { type: 'string', default: '200' },
    records: { type: 'string', default: '2000' },
    'plain-repos': { type: 'string', default: '20' },
    rounds: { type: 'string', default: '3' },
    live: { type: 'string', default: '0' },
    /** More flags for the service, such as --flag=--backfill-concurrency=8. */
    flag: { type: 'string', multiple: true, default: [] },
    /** And for its Node, such as --node=--cpu-prof. */
    node: { type: 'string', multiple: true, default: [] },
  },
})

interface Run {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly rssBytes: number
  readonly delayMs?: number
  readonly workMs?: number
  /** Of the events that were looked for, each in ms. */
  readonly lags?: readonly number[]
}

const peer = join(tmpdir(), 'bench-backfill-peer')
const isPlainWanted = Number(flags['plain-repos']) > 0
if (isPlainWanted && !existsSync(join(peer, 'node_modules'))) {
  cpSync(join(root, 'bench/backfill/peer'), peer, { recursive: true })
  const [code] = await once(spawn('npm', ['ci'], { cwd: peer, stdio: 'inherit' }), 'exit')
  if (code !== 0) throw new Error(`npm ci ended with ${code}`)
}

const records = Number(flags.records)
const size = { repos: Number(flags.repos), records }
const plainSize = { repos: Number(flags['plain-repos']), records }
const runs: Run[] = []
const plainRuns: Run[] = []
for (let round = 0; round < Number(flags.rounds); round++) {
  runs.push(await runTidegauge())
  if (isPlainWanted) plainRuns.push(await runPlain())
}
print('tidegauge', size.repos * records, runs)
if (isPlainWanted) print('@atproto/repo', plainSize.repos * records, plainRuns)

async function runTidegauge(): Promise<Run> {
  await using running = await startLoad({ ...size, rate: Number(flags.live) })
  const { load, lines } = running
  const begin = new Promise<void>((resolve) => {
    lines.on('line', (line) => line === 'listed' && resolve())
  })
  await using service = await startService(load, ['--backfill', 'all', ...flags.flag], flags.node)
  await begin
  const beginMs = performance.now()
  const spent = cpuSeconds(service.pid)
  setTimeout(() => service.watch(), 500)
  const isDone = new AbortController()
  const lags = probe(running, service.url, isDone.signal)
  await settled(service.url, load.repos, load.records)
  const seconds = (performance.now() - beginMs) / 1000
  isDone.abort()
  const { delayMs, workMs, rssBytes } = service.watch()
  const run = {
    seconds,
    cpuSeconds: cpuSeconds(service.pid) - spent,
    delayMs,
    workMs,
    rssBytes,
    lags: await lags,
  }
  console.error(`${(load.records / seconds).toFixed(0)}/s, the PDS took ${cpuSeconds(running.pid)} s of CPU`)
  return run
}

interface Stats {
  readonly storage: { readonly records: number; readonly reposByStatus: Readonly<Record<string, number>> }
}

/** Resolves once all is synced. The accounts of the firehose are too. */
async function settled(url: string, repos: number, records: number): Promise<void> {
  for (;;) {
    await sleep(100)
    const { storage } = (await (await fetch(`${url}/stats`)).json()) as Stats
    const { synced = 0, error = 0 } = storage.reposByStatus
    if (error > 0) throw new Error(`${error} repos failed`)
    if (synced < repos || storage.records < records) continue
    return
  }
}

/** Looks for events that are told of, each until it can be read. */
async function probe({ lines }: RunningLoad, url: string, signal: AbortSignal): Promise<number[]> {
  const lags: number[] = []
  const looks: Promise<void>[] = []
  lines.on('line', (line) => {
    const [word, did, rkey, timeMs] = line.split(' ')
    if (word === 'probe' && !signal.aborted)
      looks.push(look(`${did}/app.bsky.feed.post/${rkey}`, Number(timeMs)))
  })
  const look = async (path: string, timeMs: number) => {
    while (!(await fetch(`${url}/records/${path}`)).ok) await sleep(10)
    lags.push(Date.now() - timeMs)
  }
  if (!signal.aborted) await once(signal, 'abort')
  await Promise.all(looks)
  return lags
}

async function runPlain(): Promise<Run> {
  const data = await mkdtemp(join(tmpdir(), 'bench-backfill-plain-'))
  await using running = await startLoad(plainSize)
  const { url } = running.load
  const child = spawn(process.execPath, ['plain.js', url, url, join(data, 'plain.db')], {
    cwd: peer,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    const run = JSON.parse(line) as Run & { readonly records: number }
    if (run.records !== running.load.records) throw new Error(`${run.records} records were stored`)
    console.error(`plain: ${(run.records / run.seconds).toFixed(0)}/s`)
    return run
  } finally {
    child.kill()
    await rm(data, { recursive: true })
  }
}

function print(name: string, records: number, runs: readonly Run[]): void {
  const [run] = runs.toSorted((one, other) => one.seconds - other.seconds).slice(Math.floor(runs.length / 2))
  if (run === undefined) return
  const lags = runs.flatMap(({ lags = [] }) => lags).toSorted((one, other) => one - other)
  console.log(
    [
      name,
      `${run.seconds.toFixed(1)} s`,
      `${(records / run.seconds).toFixed(0)} records/s`,
      `${((run.cpuSeconds / records) * 1e6).toFixed(1)} µs of CPU a record`,
      `${(run.rssBytes / 1e6).toFixed(0)} MB`,
      ...(run.delayMs === undefined
        ? []
        : [`longest delay ${run.delayMs.toFixed(0)} ms, work ${run.workMs?.toFixed(0)} ms`]),
      ...(lags.length === 0
        ? []
        : [
            `lag of ${lags.length} events: median ${lags[lags.length >> 1]} ms, most ${lags.at(-1)?.toFixed(0)} ms`,
          ]),
    ].join(' | '),
  )
}
