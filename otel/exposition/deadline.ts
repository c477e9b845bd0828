import type { IncomingHttpHeaders } from 'node:http'

/** The time that a scrape has; it may be prolonged until it is over. */
export class Deadline {
  /** Resolves when the time is over. */
  readonly passed: Promise<void>
  readonly #start = performance.now()
  readonly #pass: () => void
  #afterMs: number
  #timer: NodeJS.Timeout

  constructor(afterMs: number) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.passed = promise
    this.#pass = resolve
    this.#afterMs = afterMs
    this.#timer = setTimeout(resolve, afterMs)
  }

  /** The whole of it, from its beginning. */
  get afterMs(): number {
    return this.#afterMs
  }

  get remainingMs(): number {
    return this.remainingOf(this.#afterMs)
  }

  /** What is left for someone whose time began with this one's, and lasts so long. */
  remainingOf(afterMs: number): number {
    return Math.max(0, this.#start + afterMs - performance.now())
  }

  /** Prolongs it for someone who has more time, counted from its beginning. */
  atLeast(afterMs: number): void {
    if (afterMs <= this.#afterMs) return
    this.#afterMs = afterMs
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.#pass, this.remainingMs)
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }
}

/**
 * How long collecting may take for a scraper that says when it gives up: a part of its time is left for writing
 * and sending. A header that makes no sense counts as absent.
 */
export function collectTimeMs(headers: IncomingHttpHeaders, defaultMs: number): number {
  const seconds = Number(headers['x-prometheus-scrape-timeout-seconds'])
  const timeoutMs = seconds > 0 && seconds <= longestSeconds ? seconds * 1000 : defaultMs
  return timeoutMs - Math.min(timeoutMs * marginPart, longestMarginMs)
}

const longestSeconds = 600
const marginPart = 0.1
const longestMarginMs = 500
