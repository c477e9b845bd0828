import { setTimeout as sleep } from 'node:timers/promises'
import { InvalidError } from '../model/errors.ts'
import type { People } from './people.ts'

export interface TrickleOptions {
  readonly people: People
  /** May be a fraction. */
  readonly eventsPerSecond: number
  readonly signal: AbortSignal
  /** Called when something could not be written; the trickle goes on. */
  readonly onError: (error: unknown) => void
}

/** Lets people live at a steady rate until the signal aborts. */
export async function trickle({ people, eventsPerSecond, signal, onError }: TrickleOptions): Promise<void> {
  if (eventsPerSecond <= 0) return
  const intervalMs = Math.max(1000 / eventsPerSecond, shortestMs)
  let before = performance.now()
  let due = 1
  while (!signal.aborted) {
    const steps: Promise<number>[] = []
    for (let planned = 0; planned + 1 <= due; planned++) steps.push(people.live())
    for (const step of await Promise.allSettled(steps)) {
      if (step.status === 'fulfilled') due -= step.value
      // Two people may mean the same record; the second finds it gone.
      else if (!(step.reason instanceof InvalidError)) onError(step.reason)
    }
    await sleep(intervalMs, undefined, { signal }).catch(() => {})
    const now = performance.now()
    // After a pause of the process the rate goes on, and does not make up for what was missed.
    due = Math.min(due + ((now - before) / 1000) * eventsPerSecond, Math.max(eventsPerSecond, 1))
    before = now
  }
}

const shortestMs = 20
