// What the queue, the observers and their metrics take: jobs beside BullMQ on Redis, events through observers, and what
// measuring them costs. Each run is a process of its own; they take turns, and the least disturbed of each counts.
// usage: node bench/observers/run.ts [--jobs 20000] [--events 100000] [--rounds 5]
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { cpuSeconds } from '../cpu-seconds.ts'
import { startRedis } from './redis.ts'

const { values: flags } = parseArgs({
  options: {
    jobs: { type: 'string', default: '20000' },
    events: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '5' },
  },
})
const [jobs, events, rounds] = [Number(flags.jobs), Number(flags.events), Number(flags.rounds)]
const ones = jobs / 5
const here = import.meta.dirname
const peer = join(here, 'peer')
if (!existsSync(join(peer, 'node_modules'))) execFileSync('npm', ['ci'], { cwd: peer, stdio: 'inherit' })

/** About as long as the payload of a webhook for a post. */
const payload = 'x'.repeat(400)
const concurrency = 50

interface Jobs {
  readonly onesMs: number
  readonly batchesMs: number
  readonly workMs: number
  /** Of Redis, where there is one. */
  readonly serverCpuMs: number
  readonly cpuMs: number
}

const queues: Readonly<Record<string, { readonly run: () => Promise<Jobs>; readonly runs: Jobs[] }>> = {
  'SqliteQueue, in the process': { run: runOurs, runs: [] },
  'BullMQ, on Redis': { run: runPeer, runs: [] },
}
for (let round = 0; round < rounds; round++)
  for (const { run, runs } of Object.values(queues)) runs.push(await run())

console.log('| jobs per second | added one by one | added by hundreds | done | ratio | CPU per job |')
console.log('| --- | ---: | ---: | ---: | ---: | ---: |')
const best = (runs: readonly Jobs[], key: keyof Jobs) => Math.min(...runs.map((run) => run[key]))
const slowest = best(queues['BullMQ, on Redis']?.runs ?? [], 'workMs')
for (const [name, { runs }] of Object.entries(queues)) {
  const perSecond = (count: number, key: keyof Jobs) => Math.round((count / best(runs, key)) * 1000)
  const cpu = (1000 * (best(runs, 'cpuMs') + best(runs, 'serverCpuMs'))) / (jobs + ones)
  const ratio = slowest / best(runs, 'workMs')
  console.log(
    `| ${name} | ${perSecond(ones, 'onesMs')} | ${perSecond(jobs, 'batchesMs')} | ${perSecond(jobs, 'workMs')} | ${ratio.toFixed(1)}× | ${cpu.toFixed(0)} µs |`,
  )
}

const scenarios = ['three-conditions', 'thousand', 'every-event'] as const
console.log('\n| observers | events/s | CPU per event | unmeasured | actions |')
console.log('| --- | ---: | ---: | ---: | ---: |')
for (const scenario of scenarios) {
  const count = scenario === 'every-event' ? events / 5 : events
  const all = { on: [] as Events[], off: [] as Events[] }
  for (let round = 0; round < rounds; round++)
    for (const measured of ['on', 'off'] as const)
      all[measured].push(
        printed(execFileSync(process.execPath, [join(here, 'events.ts'), String(count), scenario, measured])),
      )
  const least = (runs: readonly Events[], key: keyof Events) => Math.min(...runs.map((run) => run[key]))
  const cpu = (runs: readonly Events[]) => `${((least(runs, 'cpuSeconds') / count) * 1e6).toFixed(1)} µs`
  const perSecond = Math.round(count / least(all.on, 'seconds'))
  console.log(`| ${scenario} | ${perSecond} | ${cpu(all.on)} | ${cpu(all.off)} | ${least(all.on, 'done')} |`)
}

console.log('\n| measuring | takes | at most |\n| --- | ---: | ---: |')
execFileSync(process.execPath, [join(here, 'costs.ts')], { stdio: 'inherit' })

interface Events {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly done: number
}

async function runOurs(): Promise<Jobs> {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'bench-observers-'))
  const args = [join(here, 'jobs.ts'), folder.path, String(ones), String(jobs), payload, String(concurrency)]
  return { ...printed<Omit<Jobs, 'serverCpuMs'>>(execFileSync(process.execPath, args)), serverCpuMs: 0 }
}

async function runPeer(): Promise<Jobs> {
  await using redis = await startRedis()
  const spent = cpuSeconds(redis.pid)
  const args = ['jobs.js', String(redis.port), String(ones), String(jobs), payload, String(concurrency)]
  const run = printed<Omit<Jobs, 'serverCpuMs'>>(execFileSync(process.execPath, args, { cwd: peer }))
  return { ...run, serverCpuMs: 1000 * (cpuSeconds(redis.pid) - spent) }
}

function printed<Printed = Events>(output: Buffer): Printed {
  return JSON.parse(output.toString()) as Printed
}
