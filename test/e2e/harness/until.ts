import { AssertionError } from 'node:assert'
import { setTimeout as sleep } from 'node:timers/promises'

export interface UntilOptions {
  /** @default 60_000 */
  readonly withinMs?: number
  /** Pause between two tries. @default 250 */
  readonly everyMs?: number
}

/** Repeats an assertion until it holds. @throws what it threw last when it still does not hold in time. */
export async function eventually<Result>(
  assertion: () => Promise<Result> | Result,
  { withinMs = 60_000, everyMs = 250 }: UntilOptions = {},
): Promise<Result> {
  const deadline = Date.now() + withinMs
  for (;;) {
    try {
      return await assertion()
    } catch (error) {
      if (Date.now() > deadline) throw error
    }
    await sleep(everyMs)
  }
}

/** Waits until a condition holds. `what` says in the failure what was waited for. */
export function until(
  what: string,
  condition: () => Promise<boolean>,
  options?: UntilOptions,
): Promise<void> {
  return eventually(async () => {
    if (!(await condition())) throw new AssertionError({ message: `waited in vain until ${what}` })
  }, options)
}
