// Loaded into the measured process by --import: tells how long its event loop was held up at most, and what memory it
// takes, four times a second.
import { monitorEventLoopDelay } from 'node:perf_hooks'

export interface Watched {
  /** The longest delay since the last message, in ms. */
  readonly delayMs: number
  /** The longest delay that 1 of 100 turns had. */
  readonly usualMs: number
  readonly rssBytes: number
}

const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
process.channel?.unref()
setInterval(() => {
  const watched: Watched = {
    // A timer of the resolution is what is measured, which the delay includes.
    delayMs: delay.max / 1e6 - 1,
    usualMs: delay.percentile(99) / 1e6 - 1,
    rssBytes: process.memoryUsage.rss(),
  }
  process.send?.(watched)
  delay.reset()
}, 250).unref()
