import type { Log } from '../../model/log.ts'

export interface LinkLogOptions {
  readonly log: Log
  readonly relay: URL
  /** A connection that lasts for this long, in ms, holds. */
  readonly holdMs: number
}

/**
 * Says in the log how the connection to a relay fares: one line when that changes. A connection that is lost again and
 * again is one state; it ends when a connection holds.
 */
export class LinkLog {
  readonly #options: LinkLogOptions
  #state: 'unknown' | 'connected' | 'lost' | 'breaking' | 'unreachable' = 'unknown'
  #openedAt = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: LinkLogOptions) {
    this.#options = options
  }

  /** @param cursor the place after which the relay is asked to resume. */
  opened(cursor: number | undefined): void {
    this.#openedAt = performance.now()
    if (this.#state !== 'breaking') {
      this.#say('info', 'connected to the relay', { cursor })
      this.#state = 'connected'
      return
    }
    this.#say('debug', 'connected to the relay', { cursor })
    this.#timer = setTimeout(() => {
      this.#state = 'connected'
      this.#say('info', 'the connection to the relay holds again', {})
    }, this.#options.holdMs)
    this.#timer.unref()
  }

  lost(problem: string): void {
    clearTimeout(this.#timer)
    const level = this.#state === 'breaking' ? 'debug' : 'warn'
    this.#say(level, 'lost the connection to the relay; reconnecting', { problem })
    const hasHeld = performance.now() - this.#openedAt >= this.#options.holdMs
    if (this.#state !== 'breaking') this.#state = hasHeld ? 'lost' : 'breaking'
  }

  unreachable(problem: string): void {
    const isTold = this.#state === 'breaking' || this.#state === 'unreachable'
    this.#say(isTold ? 'debug' : 'warn', 'the relay cannot be reached; retrying until it can', { problem })
    if (!isTold) this.#state = 'unreachable'
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  #say(level: 'debug' | 'info' | 'warn', message: string, fields: object): void {
    this.#options.log[level](message, { relay: this.#options.relay.href, ...fields })
  }
}
