import type { InvalidError } from '../../model/errors.ts'
import type { IdentityInfo } from './document.ts'

/** What was answered about a DID, and how often it may be asked about. */
export interface Known {
  /** What the document says, or why it says nothing. */
  readonly answer: IdentityInfo | InvalidError
  readonly expiresMs: number
  /** Whether it may have changed since: then it is not used any more. */
  readonly isForgotten: boolean
  /** How many times it might have been asked about at `answeredMs`; the number grows with time. */
  readonly asks: number
  readonly answeredMs: number
  /** When it is asked about again in passing, once it is out of date. */
  askAgainMs: number
}

export interface AskLimits {
  readonly refreshIntervalMs: number
  readonly refreshBurst: number
}

/** How long it must not be asked about, in whole ms; 0 when it may be. */
export function waitMs(known: Known, nowMs: number, limits: AskLimits): number {
  return Math.max(0, Math.round((1 - asksLeft(known, nowMs, limits)) * limits.refreshIntervalMs))
}

/** How many times it may be asked about now. */
export function asksLeft(known: Known | undefined, nowMs: number, limits: AskLimits): number {
  const { refreshBurst, refreshIntervalMs } = limits
  if (!known) return refreshBurst
  return Math.min(refreshBurst, known.asks + Math.max(0, nowMs - known.answeredMs) / refreshIntervalMs)
}
