// What is large must hold nothing else up: one repo of 200,000 records, fetched and then deleted, a mass of account
// events, and a repo of a gigabyte.
// usage: node bench/backfill/large.ts [--records 200000] [--accounts 50000] [--gigabyte-records 100000]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { create as createTid } from '@atcute/tid'
import { cpuSeconds } from '../cpu-seconds.ts'
import { type Peak, root, type Service, startLoad, startService } from './service.ts'

const { values: flags } = parseArgs({
  options: {
    records: { type: 'string', default: '200000' },
    accounts: { type: 'string', default: '50000' },
    'gigabyte-records': { type: 'string', default: '100000' },
    node: { type: 'string', multiple: true, default: [] },
  },
})

await one(Number(flags.records), Number(flags.accounts))
if (Number(flags['gigabyte-records']) > 0) await gigabyte(Number(flags['gigabyte-records']))

async function one(records: number, accounts: number): Promise<void> {
  await using running = await startLoad({ repos: 1, records })
  await using service = await startService(running.load, ['--backfill', 'all'], flags.node)
  await ready(service)
  await phase(`one repo of ${records} records`, service, () =>
    until(
      service,
      (stats) => (stats.storage.reposByStatus.synced ?? 0) >= 1 && stats.storage.records >= records,
    ),
  )
  await phase('nothing', service, async () => await sleep(3000))
  running.tell('delete')
  await phase('deleted', service, () => until(service, (stats) => stats.storage.reposByStatus.deleted === 1))
  await phase('swept', service, () => until(service, (stats) => stats.storage.records < 1000))
  running.tell(`accounts ${accounts}`)
  await phase(`${accounts} account events`, service, () =>
    until(service, (stats) => (stats.storage.reposByStatus.deactivated ?? 0) >= accounts),
  )
}

/** A repo of records of 10 kB. */
async function gigabyte(records: number): Promise<void> {
  const folder = join(tmpdir(), `bench-backfill-gigabyte-${records}`)
  if (!existsSync(join(folder, 'repos.json'))) {
    mkdirSync(folder, { recursive: true })
    const args = ['src/net/reading/testing/large-car.ts', join(folder, '0.car'), records, 10_000].map(String)
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
    const [made] = (await once(child.stdout, 'data')) as [Buffer]
    await once(child, 'exit')
    const rev = createTid(Date.parse('2026-01-01T00:00:00Z') * 1000, 1)
    writeFileSync(join(folder, 'repos.json'), JSON.stringify([{ ...JSON.parse(String(made)), rev, cid: '' }]))
  }
  await using running = await startLoad({ repos: 1, records }, folder)
  const search = ['--backfill', 'all', '--search', 'app.bsky.actor.profile:description']
  await using service = await startService(running.load, search, flags.node)
  await ready(service)
  await phase('one repo of a gigabyte', service, () =>
    until(
      service,
      (stats) => (stats.storage.reposByStatus.synced ?? 0) >= 1 && stats.storage.records >= records,
    ),
  )
}

interface Stats {
  readonly storage: { readonly records: number; readonly reposByStatus: Readonly<Record<string, number>> }
}

/** Its start is not measured. */
async function ready(service: Service): Promise<void> {
  await until(service, () => true)
  await sleep(300)
}

async function until(service: Service, isDone: (stats: Stats) => boolean): Promise<void> {
  for (;;) {
    const answer = await fetch(`${service.url}/stats`).catch(() => undefined)
    if (answer?.ok && isDone((await answer.json()) as Stats)) return
    await sleep(50)
  }
}

async function phase(name: string, service: Service, work: () => Promise<void>): Promise<void> {
  const { rssBytes } = service.watch()
  const [startMs, spent] = [performance.now(), cpuSeconds(service.pid)]
  await work()
  await sleep(300)
  const seconds = (performance.now() - startMs) / 1000
  console.log(
    `${name}: ${seconds.toFixed(1)} s, ${(cpuSeconds(service.pid) - spent).toFixed(1)} s of CPU, ${text(service.watch())}, after ${(rssBytes / 1e6).toFixed(0)} MB`,
  )
}

function text({ delayMs, workMs, delays, rssBytes }: Peak): string {
  const sorted = delays.toSorted((one, other) => one - other)
  const median = sorted[sorted.length >> 1] ?? 0
  return `longest delay ${delayMs.toFixed(0)} ms, longest work ${workMs.toFixed(0)} ms (delays of each quarter of a second, median ${median.toFixed(0)} ms), ${(rssBytes / 1e6).toFixed(0)} MB at most`
}
