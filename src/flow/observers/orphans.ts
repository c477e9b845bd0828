import { setImmediate } from 'node:timers/promises'
import { type ActionKind, actionsQueue } from '../../model/action.ts'
import type { Log } from '../../model/log.ts'
import { type Backoff, repeat } from '../../model/repeat.ts'
import type { JobState, Queue } from '../../state/queue/queue.ts'
import { type ActionPayload, decodePayload } from './action-job.ts'

/** Those who observe now, by name, with the actions that each has, in order. */
export type ObserversByName = ReadonlyMap<
  string,
  { readonly actions: readonly { readonly kind: ActionKind }[] }
>

/** Why a job cannot be done any more: nobody calls for its action now. Undefined where somebody does. */
export function reasonGone(
  { observer, action, kind }: ActionPayload,
  observers: ObserversByName,
): string | undefined {
  const found = observers.get(observer)
  if (found === undefined) return `no observer is called ${observer} any more: bring it back, then retry this`
  const place = `action number ${action + 1}`
  const own = found.actions[action]
  if (own === undefined)
    return `the observer ${observer} has no ${place} any more: bring it back, then retry this`
  if (own.kind !== kind)
    return `${place} of the observer ${observer} was ${kind}, and is ${own.kind} now: put it back, then retry this`
  return undefined
}

export interface OrphansOptions {
  readonly queue: Pick<Queue, 'waiting' | 'buryWaiting'>
  readonly observers: ObserversByName
  readonly log: Pick<Log, 'warn' | 'error'>
  /** How long to wait before the queue is asked again once it has failed. @default 100 ms, doubling up to 5 s */
  readonly backoff?: Backoff
  readonly signal?: AbortSignal
}

/**
 * Sets aside the jobs that wait and that nobody calls for any more, so that they are no part of the depth. Comes at the
 * start: who observes does not change while the service runs. Never rejects: a queue that fails is asked again.
 */
export async function buryOrphans(options: OrphansOptions): Promise<void> {
  const { log, signal, backoff = usualBackoff } = options
  const onFailure = (error: unknown) => log.error('observers fail, retrying', { reason: String(error) })
  const buried = new Map<string, number>()
  await repeat(() => buryAll(options, buried), { backoff, signal, onFailure }).catch(() => {})
  for (const [reason, actions] of buried)
    if (actions > 0) log.warn('actions that waited have become dead letters', { actions, reason })
}

const usualBackoff = { firstMs: 100, maxMs: 5000, jitter: 0.5 }

async function buryAll(
  { queue, observers, signal }: OrphansOptions,
  buried: Map<string, number>,
): Promise<void> {
  for await (const jobs of queue.waiting(actionsQueue)) {
    if (signal?.aborted) break
    for (const [reason, keys] of keysByReason(jobs, observers)) {
      const count = await queue.buryWaiting(actionsQueue, keys, reason)
      buried.set(reason, (buried.get(reason) ?? 0) + count)
    }
    await setImmediate()
  }
}

function keysByReason(
  jobs: readonly JobState[],
  observers: ObserversByName,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const { key, payload } of jobs) {
    const reason = reasonOf(payload, observers)
    if (reason === undefined) continue
    const keys = found.get(reason) ?? []
    found.set(reason, keys)
    keys.push(key)
  }
  return found
}

function reasonOf(payload: string, observers: ObserversByName): string | undefined {
  try {
    return reasonGone(decodePayload(payload), observers)
  } catch (error) {
    return (error as Error).message
  }
}
