// Our queue: jobs are added one by one, then many at a time, and done by the workers that do actions.
// Prints what each has taken, and all of it in CPU time, in ms. usage: node bench/observers/jobs.ts FOLDER ADDED-ONE-BY-ONE JOBS PAYLOAD CONCURRENCY
import { Database } from '../../src/state/database.ts'
import { SqliteQueue } from '../../src/state/queue/sqlite.ts'
import { Workers } from '../../src/state/queue/workers.ts'

const [dir = '', ones, jobs, payload = '', concurrency] = process.argv.slice(2)
using database = new Database({ dir })
const queue = new SqliteQueue({ database })

const spent = process.cpuUsage()
const onesMs = await timed(async () => {
  for (let i = 0; i < Number(ones); i++) await queue.add('ones', [{ key: `one-${i}`, payload }])
})

const batchesMs = await timed(async () => {
  for (let at = 0; at < Number(jobs); at += 100) {
    await queue.add(
      'actions',
      Array.from({ length: 100 }, (_, i) => ({ key: `job-${at + i}`, payload })),
    )
  }
})

const stop = new AbortController()
const seen = new Set<string>()
const workers = new Workers({
  queue,
  name: 'actions',
  concurrency: Number(concurrency),
  perGroup: Number(concurrency),
  work: async (job) => {
    seen.add(job.key)
    await queue.complete(job)
    if (seen.size === Number(jobs)) stop.abort()
  },
})
const workMs = await timed(() => workers.run(stop.signal))
const { waiting, running } = await queue.totals('actions')
if (waiting + running > 0) throw new Error(`${waiting + running} jobs are left`)
const { user, system } = process.cpuUsage(spent)
console.log(JSON.stringify({ onesMs, batchesMs, workMs, cpuMs: (user + system) / 1000 }))

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}
