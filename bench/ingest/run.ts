// Verified events per second from the wire into SQLite: Tidegauge with and without its metrics, and the plain pipeline
// of @atproto/sync. Each run is a process of its own, fed by the same history; the three take turns.
// usage: node bench/ingest/run.ts [--commits 40000] [--plain-commits 1500] [--rounds 3]
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { cpuSeconds } from '../cpu-seconds.ts'
import { freePort } from '../free-port.ts'
import type { Load } from './load.ts'

const { values: flags } = parseArgs({
  options: {
    commits: { type: 'string', default: '40000' },
    'plain-commits': { type: 'string', default: '1500' },
    rounds: { type: 'string', default: '3' },
  },
})

interface Run {
  readonly seconds: number
  readonly cpuSeconds: number
}

interface Row {
  readonly name: string
  readonly commits: number
  readonly runs: readonly Run[]
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const peer = join(root, 'bench/ingest/peer')
if (!existsSync(join(peer, 'node_modules')))
  await finished(spawn('npm', ['ci'], { cwd: peer, stdio: 'inherit' }))

await using large = await startLoad(Number(flags.commits))
await using small = await startLoad(Number(flags['plain-commits']))

const measured: Run[] = []
const unmeasured: Run[] = []
const plain: Run[] = []
for (let round = 0; round < Number(flags.rounds); round++) {
  measured.push(await runTidegauge(large, {}))
  unmeasured.push(await runTidegauge(large, { OTEL_SDK_DISABLED: 'true' }))
  plain.push(await runPlain(small))
}
print([
  { name: 'tidegauge', commits: large.load.commits, runs: measured },
  { name: 'tidegauge, OTEL_SDK_DISABLED=true', commits: large.load.commits, runs: unmeasured },
  { name: '@atproto/sync + @atproto/repo', commits: small.load.commits, runs: plain },
])

interface RunningLoad extends AsyncDisposable {
  readonly load: Load
  /** Resolves with the time at which the next subscriber comes. */
  subscribed(): Promise<number>
}

async function startLoad(commits: number): Promise<RunningLoad> {
  const child = spawn(process.execPath, ['bench/ingest/load.ts', String(commits)], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })
  const [first] = (await once(lines, 'line')) as [string]
  return {
    load: JSON.parse(first),
    subscribed: async () => {
      await once(lines, 'line')
      return performance.now()
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await once(child, 'exit')
    },
  }
}

/** Runs the service until everything is indexed, and checks that it is everything. */
async function runTidegauge({ load, subscribed }: RunningLoad, env: NodeJS.ProcessEnv): Promise<Run> {
  const data = await mkdtemp(join(tmpdir(), 'bench-ingest-'))
  const [port, metricsPort] = [await freePort(), await freePort()]
  const begin = subscribed()
  const args = `serve --relay ${load.url} --plc ${load.url} --allow-loopback --from ${load.cursor} --data ${data} --port ${port} --metrics-port ${metricsPort} --log-level warn`
  const child = spawn(process.execPath, ['src/main.ts', ...args.split(' ')], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  try {
    const beginMs = await begin
    // What the start itself has taken is not counted, neither here nor for the peer.
    const spent = cpuSeconds(child.pid)
    await settled(`http://127.0.0.1:${port}/stats`, load)
    return { seconds: (performance.now() - beginMs) / 1000, cpuSeconds: cpuSeconds(child.pid) - spent }
  } finally {
    child.kill()
    await once(child, 'exit')
    await rm(data, { recursive: true })
  }
}

interface Stats {
  readonly storage: { readonly records: number }
  readonly firehose: { readonly lastSeq?: number; readonly queued: number }
  readonly ingest: { readonly eventsInMemory: number }
  readonly indexing: { readonly pending: number }
}

async function settled(url: string, { lastSeq, records }: Load): Promise<void> {
  for (;;) {
    await sleep(50)
    const { firehose, ingest, indexing, storage } = (await (await fetch(url)).json()) as Stats
    const underWay = firehose.queued + ingest.eventsInMemory + indexing.pending
    if (firehose.lastSeq !== lastSeq || underWay > 0) continue
    if (storage.records === records) return
    throw new Error(`${storage.records} records are stored, not ${records}`)
  }
}

async function runPlain({ load, subscribed }: RunningLoad): Promise<Run> {
  const data = await mkdtemp(join(tmpdir(), 'bench-ingest-'))
  const begin = subscribed()
  const args = [
    'plain.js',
    load.url,
    load.url,
    join(data, 'plain.db'),
    String(load.cursor),
    String(load.lastSeq),
  ]
  const child: ChildProcessByStdio<null, Readable, null> = spawn(process.execPath, args, {
    cwd: peer,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const beginMs = await begin
    const spent = cpuSeconds(child.pid)
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    const { operations, cpu } = JSON.parse(line) as { operations: number; cpu: NodeJS.CpuUsage }
    if (operations !== load.commits) throw new Error(`${operations} operations arrived, not ${load.commits}`)
    return {
      seconds: (performance.now() - beginMs) / 1000,
      cpuSeconds: (cpu.user + cpu.system) / 1e6 - spent,
    }
  } finally {
    child.kill()
    await rm(data, { recursive: true })
  }
}

function print(rows: readonly Row[]): void {
  const perSecond = ({ commits, runs }: Row) => commits / median(runs.map(({ seconds }) => seconds))
  const cpuMicros = ({ commits, runs }: Row) =>
    (median(runs.map(({ cpuSeconds: cpu }) => cpu)) / commits) * 1e6
  const base = perSecond(rows.at(-1) as Row)
  console.log('| pipeline | events/s | ratio | CPU per event |')
  console.log('| --- | ---: | ---: | ---: |')
  for (const row of rows) {
    const ratio = perSecond(row) / base
    console.log(
      `| ${row.name} | ${perSecond(row).toFixed(0)} | ${ratio.toFixed(1)}× | ${cpuMicros(row).toFixed(0)} µs |`,
    )
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

async function finished(child: ReturnType<typeof spawn>): Promise<void> {
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`npm ci ended with ${code}`)
}
