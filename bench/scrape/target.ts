// One process with one way to serve metrics. Started by run.ts, which scrapes it and tells it what to do.
import { setImmediate } from 'node:timers/promises'
import { createServed, type Kind, type Peer } from './served.ts'

const [peer, kind, count] = process.argv.slice(2) as [Peer, Kind, string]
const series = Number(count)

const served = await createServed(peer, kind)
let longestMs = 0
watchLoop(performance.now())

process.on('message', async (command: string) => {
  await setImmediate()
  process.send?.((await commands[command]?.()) ?? 0)
})
process.send?.(served.url)

let round = 0
const commands: Record<string, () => unknown> = {
  /** Changes every series. */
  record: () => served.record(++round, 0, series),
  /** Forgets the stalls so far. */
  reset: () => {
    longestMs = 0
  },
  /** The longest time between two turns of a timer of 1 ms. */
  stall: () => longestMs,
  /** Milliseconds of one collection without writing anything; only the SDK knows the word. */
  collect: async () => {
    const start = performance.now()
    await served.collect?.()
    return performance.now() - start
  },
  /** Records into as many series again. */
  grow: () => served.record(round, series, 2 * series),
  heldBytes: usedBytes,
}

function watchLoop(before: number): void {
  setTimeout(() => {
    const now = performance.now()
    longestMs = Math.max(longestMs, now - before)
    watchLoop(now)
  }, 1).unref()
}

function usedBytes(): number {
  // Only after several collections does the engine throw away compiled code that is not used.
  for (let i = 0; i < 20; i++) globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
