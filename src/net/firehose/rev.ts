import { create, validate as isTid, parse } from '@atcute/tid'
import { FutureRev } from './rejection.ts'

export interface RevLimit {
  /** In ms since 1970. */
  readonly nowMs: number
  /** How far ahead of it a revision may be, in ms. */
  readonly maxAheadMs: number
}

/** How far ahead of our clock a revision may be, in ms. */
export const defaultMaxRevAheadMs = 300_000

/** @throws {FutureRev} when a revision, a TID, names a time too far ahead. */
export function checkRev(rev: string, { nowMs, maxAheadMs }: RevLimit): void {
  const aheadMs = parse(rev).timestamp / 1000 - nowMs
  if (aheadMs > maxAheadMs)
    throw new FutureRev(`the rev ${rev} is ${Math.round(aheadMs / 1000)} s ahead of the clock`)
}

/** The revision that a message claims; where it claims none that could be, the one that its time would have given it. */
export function claimedRev(rev: unknown, timeMs: number): string {
  return typeof rev === 'string' && isTid(rev) ? rev : create(Math.max(0, Math.trunc(timeMs)) * 1000, 0)
}
