import type { Clock } from '../../model/clock.ts'

/** What the seq of a frame says of its place in the stream. */
export type Place =
  /** It comes after all that has come. */
  | 'next'
  /** It is the one that we resume after: some relays send that again. */
  | 'resumed'
  /** It should have come before. */
  | 'stale'

export interface SequenceOptions {
  /** The place to resume after; absent while unknown. */
  readonly seq: number | undefined
  /** When the event there was sent, in ms since 1970. */
  readonly timeMs: number | undefined
  readonly now: Clock
}

/**
 * Our place in the sequence of a relay, and the evidence that it has begun another one: what it sends has numbers that
 * we have passed, and was sent clearly later than all that we have.
 */
export class Sequence {
  readonly #now: Clock
  #seq: number | undefined
  /** When the latest event that we have was sent; a clock that is ahead of ours does not count beyond it. */
  #latestMs: number | undefined
  #isFirst = true
  /** How many frames in a row had a seq that had been reached before. */
  #stale = 0
  /** How many of them in a row were sent later than all before. */
  #later = 0
  /** Whether the relay was asked once more to resume, since so much was stale. */
  #askedAgain = false

  constructor({ seq, timeMs, now }: SequenceOptions) {
    this.#seq = seq
    this.#now = now
    if (timeMs !== undefined) this.note(timeMs)
  }

  /** The last seq received, from which to resume after a lost connection; absent while unknown. */
  get seq(): number | undefined {
    return this.#seq
  }

  /** Whether the relay has to be asked again to resume after our place, and answers then where it does not have it. */
  get isOut(): boolean {
    return this.#stale >= maxStale || this.hasRestarted
  }

  /** Whether the relay has begun another sequence. */
  get hasRestarted(): boolean {
    return this.#later >= evidence || (this.#askedAgain && this.#stale >= maxStale)
  }

  /** To be called before each attempt to connect. */
  begin(): void {
    if (this.#stale >= maxStale) this.#askedAgain = true
    this.#isFirst = true
    this.#stale = 0
    this.#later = 0
  }

  /** Takes a frame. @param timeMs is asked for when it decides. */
  place(seq: number, timeMs: () => number | undefined): Place {
    const isFirst = this.#isFirst
    this.#isFirst = false
    if (this.#seq === undefined || seq > this.#seq) {
      this.#seq = seq
      this.#stale = 0
      this.#later = 0
      this.#askedAgain = false
      return 'next'
    }
    if (isFirst && seq === this.#seq && !this.#isLater(timeMs())) return 'resumed'
    this.#stale += 1
    this.#later = this.#isLater(timeMs()) ? this.#later + 1 : 0
    return 'stale'
  }

  /** Notes when an event was sent. */
  note(timeMs: number): void {
    const credibleMs = Math.min(timeMs, this.#now())
    if (this.#latestMs === undefined || credibleMs > this.#latestMs) this.#latestMs = credibleMs
  }

  /** Begins with what the relay has now. */
  startOver(): void {
    this.#seq = 0
    this.#askedAgain = false
    this.begin()
  }

  #isLater(timeMs: number | undefined): boolean {
    if (timeMs === undefined || this.#latestMs === undefined) return false
    return timeMs > this.#latestMs + clearlyMs && timeMs <= this.#now() + clearlyMs
  }
}

/** Some relays resend what they have sent before, but not this much. */
const maxStale = 10_000
/** So many in a row: a single one may come from a host whose clock is wrong. */
const evidence = 3
const clearlyMs = 10_000
