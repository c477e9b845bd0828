import type { KeyStep } from '../../model/backfill.ts'
import type { Did } from '../../model/did.ts'
import type { Storage } from '../../state/storage/storage.ts'
import { type Drained, type DrainOptions, drain, type Key, type SliceLimits } from './drain.ts'
import { isFatal } from './faults.ts'
import type { Writer } from './writer.ts'

export interface WaitingEventsOptions extends DrainOptions {
  readonly storage: Pick<Storage, 'held' | 'withHeld'>
  readonly writer: Writer
  /** Called for each event that is refused since the storage does not take it. */
  readonly onSkip: (error: unknown) => void
}

/** The events that were held and may be applied now: repo by repo, slice by slice. */
export class WaitingEvents {
  readonly #options: WaitingEventsOptions
  /** Repos to look at, in turn, with the key that has come for their events. */
  readonly #repos = new Map<Did, Key | undefined>()
  /** Where among all repos the look for events that wait has come to; undefined once it is through. */
  #lookAfter: Did | 'start' | undefined = 'start'

  constructor(options: WaitingEventsOptions) {
    this.#options = options
  }

  /** Whether there is something to do. */
  get isBusy(): boolean {
    return this.#repos.size > 0
  }

  /** Looks at the events of these repos in one of the next slices. */
  soon(dids: Iterable<Did>): void {
    for (const did of dids) if (!this.#repos.has(did)) this.#repos.set(did, undefined)
  }

  /** Likewise, and those that wait for a key may fit this one. */
  verify({ did, signingKey, isFinal }: KeyStep): void {
    this.#repos.set(did, { ...(signingKey !== undefined && { signingKey }), isFinal })
  }

  /** Does one slice. @returns whether there was something to do. @throws what is worth trying again. */
  async turn(): Promise<boolean> {
    if (this.#repos.size === 0 && this.#lookAfter !== undefined) await this.#look(this.#lookAfter)
    for (const [did, key] of this.#repos) {
      const drained = await this.#drainOrRefuse(did, key)
      if (drained !== 'more') this.#repos.delete(did)
      return true
    }
    return false
  }

  /** After a start: what an entry had begun to drain, and what waits for a key that nobody may be looking for. */
  async #look(after: Did | 'start'): Promise<void> {
    const repos = await this.#options.storage.withHeld(after === 'start' ? undefined : after, reposPerLook)
    this.soon(repos.filter(({ content }) => content !== 'syncing').map(({ did }) => did))
    this.#lookAfter = repos.length < reposPerLook ? undefined : repos.at(-1)?.did
  }

  /** Where one event spoils a slice, they go one by one, and it is refused. */
  async #drainOrRefuse(did: Did, key: Key | undefined): Promise<Drained> {
    try {
      return await this.#drain(did, key, slice)
    } catch (error) {
      if (!isFatal(error)) throw error
    }
    try {
      await this.#drain(did, key, { ...slice, events: 1 })
    } catch (error) {
      if (!isFatal(error)) throw error
      this.#options.onSkip(error)
      await this.#drain(did, key, { ...slice, events: 1, refuses: true })
    }
    return 'more'
  }

  async #drain(did: Did, key: Key | undefined, limits: SliceLimits): Promise<Drained> {
    let drained: Drained = 'done'
    await this.#options.writer.write([did], async (plan) => {
      const repo = plan.repo(did)
      if (repo === undefined || repo.content === 'syncing' || (repo.held ?? 0) === 0) return
      drained = await drain(plan, did, key, limits, this.#options)
      if (drained === 'blocked' && key === undefined) plan.notices.unverified.add(did)
    })
    return drained
  }
}

const reposPerLook = 500
const slice: SliceLimits = { events: 100, bytes: 1_000_000, ms: 10 }
