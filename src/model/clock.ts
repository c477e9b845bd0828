/** Tells the time, in ms since 1970. */
export type Clock = () => number

/**
 * The time as other hosts and people know it, for what is compared with theirs and what they are told. Somebody may set
 * it, back too: no wait and no age goes by it.
 */
export const wallClock: Clock = () => Date.now()

/**
 * The time that schedules go by: what the wall clock said when the process began, and what has passed since, in whole
 * ms. Nobody sets it, so that nothing waits an hour longer, or comes an hour early.
 */
export const steadyClock: Clock = () => Math.floor(performance.timeOrigin + performance.now())

/**
 * The latest time that it may be: that of either clock. What others say of the time is refused only when it is later
 * still, so that setting our clock back, by mistake or to correct it, does not make a whole network come from the future.
 */
export const latestClock: Clock = () => Math.max(wallClock(), steadyClock())

/**
 * A time by the steady clock as people know it. The two clocks show the same until somebody sets one of them. What lies
 * before this process began is as the one before it wrote it.
 */
export function wallTimeOf(steadyMs: number): number {
  const setByMs = wallClock() - steadyClock()
  return Math.abs(setByMs) < 1000 || steadyMs < Math.floor(performance.timeOrigin)
    ? steadyMs
    : steadyMs + setByMs
}
