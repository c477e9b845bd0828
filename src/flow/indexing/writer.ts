import type { Clock } from '../../model/clock.ts'
import type { Did } from '../../model/did.ts'
import { decodeEvent } from '../../model/event-bytes.ts'
import type { Search } from '../../state/search/search.ts'
import type { RepoState, Storage } from '../../state/storage/storage.ts'
import type { IsObserved } from './batch.ts'
import type { Notifier } from './notices.ts'
import { Plan } from './plan.ts'
import type { Tally } from './tally.ts'
import { type Waiting, type WaitingLimits, waitingLimits } from './waiting.ts'

export interface WriterOptions {
  readonly storage: Pick<Storage, 'repos' | 'apply' | 'held'>
  readonly search: Pick<Search, 'apply'>
  readonly notifier: Notifier
  readonly limits?: WaitingLimits
  readonly isObserved?: IsObserved
  readonly now: Clock
  readonly onApply: (tally: Tally) => void
}

/**
 * Makes what a plan comes to durable, and then tells of it.
 *
 * Search comes first: after a crash between the two, the storage alone decides what is new, and search takes the same
 * changes twice without harm.
 */
export class Writer {
  readonly #options: WriterOptions
  /** What is known of the events of repos that wait. */
  readonly #waiting = new Map<Did, Waiting>()

  constructor(options: WriterOptions) {
    this.#options = options
  }

  /** @param fill what to do to these repos. @throws what the storage throws; nothing has been done then. */
  async write(dids: Iterable<Did>, fill: (plan: Plan) => void | Promise<void>): Promise<Plan> {
    const {
      storage,
      search,
      notifier,
      now,
      onApply,
      limits = waitingLimits,
      isObserved = () => false,
    } = this.#options
    const repos = await storage.repos([...new Set(dids)])
    await this.#measure(repos, limits)
    const plan = new Plan({ repos, nowMs: now(), waiting: this.#waiting, limits, isObserved })
    await fill(plan)
    const changes = plan.changes()
    await search.apply(changes)
    await storage.apply(changes, plan.observed)
    for (const [did, waiting] of plan.waiting) {
      if (waiting.bytes > 0) this.#waiting.set(did, waiting)
      else this.#waiting.delete(did)
    }
    onApply(plan.tally)
    notifier.tell(plan.conclude())
    return plan
  }

  /** What is not known since this process began is looked up once. */
  async #measure(repos: ReadonlyMap<Did, RepoState>, { events }: WaitingLimits): Promise<void> {
    for (const [did, { held = 0 }] of repos) {
      if (held === 0) this.#waiting.delete(did)
      else if (!this.#waiting.has(did)) {
        let [bytes, rev] = [0, '']
        for (const { payload } of await this.#options.storage.held(did, events)) {
          bytes += payload.length
          const own = revOf(payload)
          if (own > rev) rev = own
        }
        this.#waiting.set(did, { bytes, rev })
      }
    }
  }
}

function revOf(payload: Uint8Array): string {
  try {
    const event = decodeEvent(payload)
    return 'rev' in event ? event.rev : ''
  } catch {
    // It is told of, and skipped, when its turn comes.
    return ''
  }
}
