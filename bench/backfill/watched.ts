// Loaded into the measured process by --import: tells how long its event loop was held up at most, and what memory it
// takes, four times a second.

export interface Watched {
  /** The longest time between two turns since the last message, in ms, that of a timer included. */
  readonly delayMs: number
  /** The most that the thread computed in such a time, in ms: what remains where others take the cores. */
  readonly workMs: number
  readonly rssBytes: number
}

let delayMs = 0
let workMs = 0
let [lastMs, lastWorkMs] = [performance.now(), computedMs()]

process.channel?.unref()
if (process.send !== undefined) {
  setInterval(look, 1).unref()
  setInterval(tell, 250).unref()
}

function look(): void {
  const [nowMs, nowWorkMs] = [performance.now(), computedMs()]
  delayMs = Math.max(delayMs, nowMs - lastMs)
  workMs = Math.max(workMs, nowWorkMs - lastWorkMs)
  ;[lastMs, lastWorkMs] = [nowMs, nowWorkMs]
}

function tell(): void {
  const watched: Watched = { delayMs, workMs, rssBytes: process.memoryUsage.rss() }
  process.send?.(watched)
  delayMs = 0
  workMs = 0
}

function computedMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
