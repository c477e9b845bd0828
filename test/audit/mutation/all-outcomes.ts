import { availableParallelism } from 'node:os'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { type Outcome, outcomes, type Share, together } from './outcome.ts'

/** Looks at all mutants, on every core there is. */
export async function allOutcomes(): Promise<readonly Outcome[]> {
  const of = availableParallelism()
  const shares = Array.from({ length: of }, (_, index) => inWorker({ index, of }))
  return together(await Promise.all(shares))
}

function inWorker(share: Share): Promise<readonly Outcome[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: share })
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

if (!isMainThread) parentPort?.postMessage(await outcomes(workerData as Share))
