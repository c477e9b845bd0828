// BullMQ as its documentation shows it: jobs are added one by one, then many at a time, and worked on by one worker.
// Prints what each has taken, and all of it in CPU time, in ms. usage: node jobs.js PORT ADDED-ONE-BY-ONE JOBS PAYLOAD CONCURRENCY
import { Queue, Worker } from 'bullmq'
import Redis from 'ioredis'

const [port, ones, jobs, payload, concurrency] = process.argv.slice(2)
const connection = new Redis({ port: Number(port), maxRetriesPerRequest: null })
// What is done is removed, as our queue does.
const queue = new Queue('actions', { connection, defaultJobOptions: { removeOnComplete: true } })
await queue.waitUntilReady()

const spent = process.cpuUsage()
const onesMs = await timed(async () => {
  for (let i = 0; i < Number(ones); i++) await queue.add('webhook', { payload }, { jobId: `one-${i}` })
})
await queue.obliterate({ force: true })

const batchesMs = await timed(async () => {
  for (let at = 0; at < Number(jobs); at += 100) {
    await queue.addBulk(
      Array.from({ length: 100 }, (_, i) => ({
        name: 'webhook',
        data: { payload },
        opts: { jobId: `job-${at + i}` },
      })),
    )
  }
})

const done = Promise.withResolvers()
const seen = new Set()
const worker = new Worker('actions', async (job) => void seen.add(job.id), {
  connection: connection.duplicate(),
  concurrency: Number(concurrency),
  autorun: false,
})
let completed = 0
worker.on('completed', () => {
  if (++completed === Number(jobs)) done.resolve()
})
await worker.waitUntilReady()
const workMs = await timed(async () => {
  worker.run()
  await done.promise
})
if (seen.size !== Number(jobs)) throw new Error(`${seen.size} jobs were done, not ${jobs}`)
const { user, system } = process.cpuUsage(spent)
console.log(JSON.stringify({ onesMs, batchesMs, workMs, cpuMs: (user + system) / 1000 }))
process.exit()

async function timed(work) {
  const began = performance.now()
  await work()
  return performance.now() - began
}
