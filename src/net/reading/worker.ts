import { parentPort, workerData } from 'node:worker_threads'
import { MemoryBudget } from './memory-budget.ts'
import type { ToWorker, WorkerOptions } from './messages.ts'
import { WorkerJob } from './worker-job.ts'

// A worker thread that reads repos, as many at a time as it is told to: most of them wait for their hosts.

const port = parentPort
if (port === null) throw new Error('this file runs in a worker thread')
const options: WorkerOptions = workerData
const budget = new MemoryBudget(options.budgetBytes)
const jobs = new Map<number, WorkerJob>()

port.on('message', (message: ToWorker) => {
  const { job } = message
  if (message.type !== 'begin') {
    // What comes for a job that is over is too late.
    jobs.get(job)?.receive(message)
    return
  }
  const begun = new WorkerJob({ ...options, job, port, budget })
  jobs.set(job, begun)
  begun.run(message.options).finally(() => jobs.delete(job))
})
