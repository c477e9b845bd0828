import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Plan } from '../../src/flow/indexing/plan.ts'
import { decodeEvent, encodeEvent } from '../../src/model/event-bytes.ts'
import { Database } from '../../src/state/database.ts'
import { SqliteSearch } from '../../src/state/search/sqlite.ts'
import { SqliteStorage } from '../../src/state/storage/sqlite.ts'
import { SqliteStreams } from '../../src/state/streams/sqlite.ts'
import { makeEvents } from './events.ts'

// What it costs to keep one commit of one record, stage by stage: node bench/storage/storage.bench.ts
const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '200000' },
    repos: { type: 'string', default: '20000' },
    batch: { type: 'string', default: '500' },
    checkpoint: { type: 'string' },
  },
})
const [count, repos, batch] = [Number(values.events), Number(values.repos), Number(values.batch)]
const stages = [
  'encode',
  'append',
  'read',
  'decode',
  'load',
  'plan',
  'search',
  'storage',
  'acknowledge',
] as const
type Stage = (typeof stages)[number]
const spent = Object.fromEntries(
  stages.map((stage) => [stage, { wallMs: 0, cpuMs: 0, worstMs: 0 }]),
) as Record<Stage, { wallMs: number; cpuMs: number; worstMs: number }>

const events = await makeEvents(count, repos)
const dir = mkdtempSync(join(tmpdir(), 'tidegauge-bench-'))
try {
  using database = new Database({
    dir,
    ...(values.checkpoint && { checkpointPages: Number(values.checkpoint) }),
  })
  const streams = new SqliteStreams({ database })
  const storage = new SqliteStorage({ database })
  const search = new SqliteSearch({ database })
  for (let at = 0; at < count; at += batch) {
    const some = events.slice(at, at + batch)
    const payloads = await stage('encode', () => some.map(encodeEvent))
    await stage('append', () => streams.append('bench', payloads, { host: 'bench', seq: at }))
    const entries = await stage('read', () => streams.read('bench', 'bench', batch))
    const read = await stage('decode', () => entries.map(({ payload }) => decodeEvent(payload)))
    const known = await stage('load', () => storage.repos(read.map(({ did }) => did)))
    const changes = await stage('plan', () => {
      const plan = new Plan({ repos: known, nowMs: Date.now() })
      for (const [i, event] of read.entries()) plan.add(entries[i]?.id ?? 0, event)
      return plan.changes()
    })
    await stage('search', () => search.apply(changes))
    await stage('storage', () => storage.apply(changes))
    await stage('acknowledge', () => streams.acknowledge('bench', 'bench', entries.at(-1)?.id ?? 0))
  }
  report(database.diskBytes())
} finally {
  rmSync(dir, { recursive: true })
}

async function stage<Result>(
  name: (typeof stages)[number],
  work: () => Promise<Result> | Result,
): Promise<Result> {
  const cpu = process.threadCpuUsage()
  const start = performance.now()
  const result = await work()
  const wallMs = performance.now() - start
  const { user, system } = process.threadCpuUsage(cpu)
  const sum = spent[name]
  sum.wallMs += wallMs
  sum.cpuMs += (user + system) / 1000
  sum.worstMs = Math.max(sum.worstMs, wallMs)
  return result
}

function report(diskBytes: number): void {
  const row = (name: string, wallMs: number, cpuMs: number, worstMs?: number) =>
    console.log(
      `${name.padEnd(12)} ${((wallMs * 1000) / count).toFixed(2).padStart(10)} ${((cpuMs * 1000) / count)
        .toFixed(2)
        .padStart(10)} ${(worstMs?.toFixed(1) ?? '').padStart(10)}`,
    )
  console.log(`${count} commits of one record, ${repos} repos, batches of ${batch}\n`)
  console.log(`${'stage'.padEnd(12)}    wall µs     cpu µs   worst ms`)
  for (const name of stages) row(name, spent[name].wallMs, spent[name].cpuMs, spent[name].worstMs)
  const sum = (key: 'wallMs' | 'cpuMs') => stages.reduce((total, name) => total + spent[name][key], 0)
  row('together', sum('wallMs'), sum('cpuMs'))
  console.log(`\n${Math.round(diskBytes / count)} bytes per record on disk`)
}
