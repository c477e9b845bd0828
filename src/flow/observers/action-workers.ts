import { actionsQueue } from '../../model/action.ts'
import { type Clock, steadyClock } from '../../model/clock.ts'
import type { Did } from '../../model/did.ts'
import type { EventJson } from '../../model/event-json.ts'
import type { RecordAddress, StoredRecord } from '../../model/record.ts'
import { recordContent } from '../../model/record-content.ts'
import type { Job, Queue } from '../../state/queue/queue.ts'
import { Workers } from '../../state/queue/workers.ts'
import type { executeAction } from '../actions/execute.ts'
import type { ActionOutcome } from '../actions/run-action.ts'
import { type ActionPayload, decodePayload } from './action-job.ts'
import { reasonGone } from './orphans.ts'
import type { PreparedAction, PreparedObserver } from './prepare.ts'

export interface ActionWorkersOptions {
  readonly queue: Pick<
    Queue,
    'take' | 'ready' | 'renew' | 'hold' | 'heldUntilMs' | 'retry' | 'complete' | 'bury' | 'remove'
  >
  readonly observers: readonly PreparedObserver[]
  readonly execute: typeof executeAction
  /** Finds a record that was too large to be kept with its job. */
  readonly record: (address: RecordAddress) => Promise<StoredRecord | undefined>
  /** Whether an account is hidden or gone by now: what it wrote is not told of any more. */
  readonly isHidden: (did: Did) => Promise<boolean>
  /** Actions at a time. */
  readonly concurrency: number
  /** Actions for one host, or of one other kind, at a time. */
  readonly perGroup: number
  /** The pause after the first failure, in ms; it doubles with each further one. @default 1000 */
  readonly firstPauseMs?: number
  /** The longest pause, also where a receiver asks for a longer one, in ms. @default 1 hour */
  readonly maxPauseMs?: number
  /** The clock of the queue. @default steadyClock */
  readonly now?: Clock
  /** A number from 0 up to 1. @default Math.random */
  readonly random?: () => number
  /** Called with each attempt that has failed, and with what is given up. Must not throw. */
  readonly onFailed?: (failed: FailedAction) => void
  /** Called when the queue fails, which is repeated. Must not throw. */
  readonly onError?: (error: unknown) => void
}

export interface FailedAction {
  readonly observer: string
  readonly kind: string
  readonly uri: string
  readonly error: string
  /** Whether it was given up: it is a dead letter. */
  readonly isDead: boolean
}

/**
 * Runs the actions that are queued, several at a time. One that has failed is tried again later; after as many retries
 * as it may have, it is a dead letter. So is one during which the process has died three times, the last time with no
 * other action beside it.
 */
export class ActionWorkers {
  readonly #options: Required<ActionWorkersOptions>
  readonly #workers: Workers
  readonly #observers: ReadonlyMap<string, PreparedObserver>

  constructor(options: ActionWorkersOptions) {
    this.#options = { ...defaults, ...options }
    this.#observers = new Map(options.observers.map((observer) => [observer.name, observer]))
    const { queue, concurrency, perGroup, now, onError } = this.#options
    this.#workers = new Workers({
      queue,
      name: actionsQueue,
      concurrency,
      perGroup,
      aloneAfter: mostDeaths - 1,
      work: (job, _claim, signal) => this.#work(job, signal),
      now,
      onError,
    })
  }

  /** Actions that run right now. */
  get running(): number {
    return this.#workers.running
  }

  /** Runs until `signal` aborts; actions that run then are cut short and come again after the next start. */
  run(signal: AbortSignal): Promise<void> {
    return this.#workers.run(signal)
  }

  async #work(job: Job, signal: AbortSignal): Promise<void> {
    const { queue, execute } = this.#options
    const found = this.#find(job)
    if (typeof found === 'string') {
      await queue.bury(job, found, { counts: false })
      return
    }
    const { action, payload } = found
    if (job.deaths >= mostDeaths) return await this.#giveUp(job, found, deathsError, { counts: false })
    // A deletion has nothing that could be hidden.
    if (payload.event.operation !== 'delete' && (await this.#options.isHidden(payload.event.did))) {
      await queue.remove(actionsQueue, job.key)
      return
    }
    const event = payload.isLarge ? await this.#withRecord(payload.event) : payload.event
    const { observer } = payload
    const { key: id } = job
    const attempts = job.attempts + job.deaths
    const outcome = await execute(action, { id, observer, event, attempts, signal })
    if (outcome.success) await queue.complete(job)
    else await this.#failed(job, found, outcome)
  }

  /** @returns why there is nothing to run, where there is not. */
  #find(job: Job): Found | string {
    try {
      const payload = decodePayload(job.payload)
      const action = this.#observers.get(payload.observer)?.actions[payload.action]
      const reason = reasonGone(payload, this.#observers)
      return reason ?? { action: action as PreparedAction, payload }
    } catch (error) {
      return (error as Error).message
    }
  }

  /** A large record is read again; it is left out where it has changed since. */
  async #withRecord(event: EventJson): Promise<EventJson> {
    const stored = await this.#options.record(event)
    return stored?.cid === event.cid && stored !== undefined
      ? { ...event, record: recordContent(stored.bytes) }
      : event
  }

  async #failed(job: Job, { action, payload }: Found, outcome: Failure): Promise<void> {
    const { queue, now, maxPauseMs, onFailed } = this.#options
    const { error, isFinal = false, retryAfterMs } = outcome
    // The group of a webhook is its host. Other kinds share one, in which each calls somebody else.
    if (retryAfterMs !== undefined && action.kind === 'webhook')
      await queue.hold(actionsQueue, job.group, now() + Math.min(retryAfterMs, maxPauseMs))
    if (isFinal || job.attempts >= action.retries) return await this.#giveUp(job, { action, payload }, error)
    await queue.retry(job, { dueMs: now() + this.#pauseMs(job.attempts, retryAfterMs), error })
    onFailed({ ...named({ action, payload }), error, isDead: false })
  }

  async #giveUp(job: Job, found: Found, error: string, options = { counts: true }): Promise<void> {
    const { queue, onFailed } = this.#options
    await queue.bury(job, error, options)
    onFailed({ ...named(found), error, isDead: true })
  }

  /** Half of each pause is left to chance, so that what failed together does not come back together. */
  #pauseMs(attempts: number, retryAfterMs = 0): number {
    const { firstPauseMs, maxPauseMs, random } = this.#options
    const ownMs = firstPauseMs * 2 ** Math.min(attempts, 40) * (0.5 + 0.5 * random())
    return Math.min(maxPauseMs, Math.max(ownMs, retryAfterMs))
  }
}

interface Found {
  readonly action: PreparedAction
  readonly payload: ActionPayload
}

function named({ action, payload }: Found): Pick<FailedAction, 'observer' | 'kind' | 'uri'> {
  return { observer: payload.observer, kind: action.kind, uri: payload.event.uri }
}

/** A job that just ran when the process was killed is not to blame: before the last time it is run alone. */
const mostDeaths = 3

const deathsError = `the process died ${mostDeaths} times while it ran, at last with no other action beside it: correct the action, then retry this`

type Failure = Extract<ActionOutcome, { readonly success: false }>

const defaults = {
  firstPauseMs: 1000,
  maxPauseMs: 3_600_000,
  now: steadyClock,
  random: Math.random,
  onFailed: () => {},
  onError: () => {},
}
