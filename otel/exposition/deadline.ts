import type { IncomingHttpHeaders } from 'node:http'

/** A point in time by which a scrape must have been collected; it may be brought forward. */
export class Deadline {
  /** Resolves when the time has come. */
  readonly passed: Promise<void>
  #at = Number.POSITIVE_INFINITY
  #timer: NodeJS.Timeout | undefined
  #disposed = false
  readonly #pass: () => void

  constructor(afterMs: number) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.passed = promise
    this.#pass = resolve
    this.atMostIn(afterMs)
  }

  get remainingMs(): number {
    return Math.max(0, this.#at - performance.now())
  }

  /** Brings the deadline forward, for someone who has less time. */
  atMostIn(afterMs: number): void {
    const at = performance.now() + afterMs
    if (this.#disposed || at >= this.#at) return
    this.#at = at
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.#pass, afterMs)
  }

  [Symbol.dispose](): void {
    this.#disposed = true
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
