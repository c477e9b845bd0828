import type { Did } from '../../model/did.ts'
import type { Search } from '../../state/search/search.ts'
import type { RepoState, Storage } from '../../state/storage/storage.ts'
import type { Notifier } from './notices.ts'
import { Plan } from './plan.ts'
import type { Tally } from './tally.ts'
import { type WaitingLimits, waitingLimits } from './waiting.ts'

export interface WriterOptions {
  readonly storage: Pick<Storage, 'repos' | 'apply' | 'held'>
  readonly search: Pick<Search, 'apply'>
  readonly notifier: Notifier
  readonly limits?: WaitingLimits
  readonly now: () => number
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
  /** What the events of repos take that wait, in bytes, where that is known. */
  readonly #waitingBytes = new Map<Did, number>()

  constructor(options: WriterOptions) {
    this.#options = options
  }

  /** @param fill what to do to these repos. @throws what the storage throws; nothing has been done then. */
  async write(dids: Iterable<Did>, fill: (plan: Plan) => void | Promise<void>): Promise<Plan> {
    const { storage, search, notifier, now, onApply, limits = waitingLimits } = this.#options
    const repos = await storage.repos([...new Set(dids)])
    const waitingBytes = await this.#measure(repos, limits)
    const plan = new Plan({ repos, nowMs: now(), waitingBytes, limits })
    await fill(plan)
    const changes = plan.changes()
    await search.apply(changes)
    await storage.apply(changes)
    for (const [did, bytes] of plan.waitingBytes) {
      if (bytes > 0) this.#waitingBytes.set(did, bytes)
      else this.#waitingBytes.delete(did)
    }
    onApply(plan.tally)
    notifier.tell(plan.conclude())
    return plan
  }

  /** What is not known since this process began is added up once. */
  async #measure(
    repos: ReadonlyMap<Did, RepoState>,
    { events }: WaitingLimits,
  ): Promise<ReadonlyMap<Did, number>> {
    for (const [did, { held = 0 }] of repos) {
      if (held === 0) this.#waitingBytes.delete(did)
      else if (!this.#waitingBytes.has(did)) {
        const waiting = await this.#options.storage.held(did, events)
        this.#waitingBytes.set(
          did,
          waiting.reduce((sum, { payload }) => sum + payload.length, 0),
        )
      }
    }
    return this.#waitingBytes
  }
}
