import { create, parse } from '@atcute/tid'

/** A revision of a moment: a TID, later than the one before even where the clock went back. */
export function nextRev(nowMs: number, clockId: number, before?: string): string {
  const earliest = before === undefined ? 0 : parse(before).timestamp + 1
  return create(Math.max(Math.trunc(nowMs * 1000), earliest), clockId)
}
