import type { Did } from '../../model/did.ts'
import type { CommitEvent, RepoEvent } from '../../model/event.ts'
import { encodeEvent } from '../../model/event-bytes.ts'
import type { HeldEvent, RepoChange, RepoState } from '../../state/storage/storage.ts'
import { takeAccount } from './account.ts'
import { Batch, type BatchOptions } from './batch.ts'
import type { Notices } from './notices.ts'
import { afterLapse } from './step.ts'
import { type Step, takeStep } from './take-step.ts'
import type { Tally } from './tally.ts'
import { afterCommit, afterRejected, afterSync, baseOf } from './transition.ts'
import { type ContentEvent, mustWait, type ProvenEvent, type Waiting } from './waiting.ts'

/** Decides, one by one, what events and steps of sync runs do to the store, and reduces them to one change per repo. */
export class Plan {
  readonly #batch: Batch

  constructor(options: BatchOptions) {
    this.#batch = new Batch(options)
  }

  get tally(): Tally {
    return this.#batch.tally
  }

  get notices(): Notices {
    return this.#batch.notices
  }

  /** Repos whose events may wait no longer. */
  get drains(): ReadonlySet<Did> {
    return this.#batch.drains
  }

  /** What observers are to be told, as entries of their stream. */
  get observed(): readonly Uint8Array[] {
    return this.#batch.observed
  }

  /** What is known of the events that wait, of each repo that is changed. */
  get waiting(): Iterable<[Did, Waiting]> {
    return this.#batch.allWaiting
  }

  /** The repo after what was added so far; undefined while it is not known. */
  repo(did: Did): RepoState | undefined {
    return this.#batch.find(did)
  }

  /**
   * A live event.
   *
   * @param position the number of the entry that holds the event.
   * @param payload the event in bytes, where they are at hand.
   */
  add(position: number, event: RepoEvent, payload?: Uint8Array): void {
    const repo = this.#batch.repo(event.did)
    // Not every event has a revision, but by the number of its entry each is known if it was applied before a crash.
    const isRepeated = position <= (repo.position ?? 0)
    if (event.kind === 'identity') {
      this.tally.events.identity++
      this.notices.identity.add(event.did)
      if (this.repo(event.did) === undefined) this.#batch.change(event.did, { repo }, position)
    } else if (event.kind === 'account') {
      this.tally.events.account++
      if (!isRepeated) takeAccount(this.#batch, event, position)
    } else if (isRepeated || event.rev <= (repo.rev ?? '')) {
      this.#countStale(event)
    } else if (repo.status === 'deleted') {
      this.#count(event)
      if (event.kind === 'commit' || event.kind === 'sync') this.tally.invalid++
    } else if (event.kind !== 'unverified' && !mustWait(repo, event)) {
      this.#apply(event, position)
      // Those that wait may be older now, even the one that waits for a key.
      if ((repo.held ?? 0) > 0) this.#batch.drains.add(event.did)
    } else {
      this.#hold(event, position, payload ?? encodeEvent(event))
    }
  }

  /** An event that has waited, verified; absent where it is not applied, only released. */
  addHeld({ id, payload }: HeldEvent, did: Did, event?: ProvenEvent): void {
    this.#batch.draft(did).release(id, payload.length)
    const { status, rev = '' } = this.#batch.repo(did)
    if (event === undefined || status === 'deleted') return
    if (event.rev <= rev) this.#countStale(event)
    else this.#apply(event)
  }

  step(step: Step): void {
    takeStep(this.#batch, step)
  }

  /** The changes in the order in which their repos first appeared. Counts what they write. */
  changes(): readonly RepoChange[] {
    return this.#batch.changes()
  }

  /** What others have to know once the changes are durable. */
  conclude(): Notices {
    return this.#batch.conclude()
  }

  #hold(event: ContentEvent, position: number, payload: Uint8Array): void {
    const { did } = event
    if (!this.#batch.hasRoom(did, payload.length)) {
      const repo = this.#batch.repo(did)
      this.tally.dropped += repo.held ?? 0
      this.tally.overflowed.repo += repo.held ?? 0
      this.#batch.change(did, afterLapse(repo, 'gap', this.#batch.nowMs, this.#batch.waiting(did).rev))
      this.add(position, event, payload)
      return
    }
    const draft = this.#batch.draft(did)
    const isFirst = draft.held === 0 && draft.repo.content !== 'syncing'
    if (event.kind === 'unverified' && isFirst) this.notices.unverified.add(did)
    draft.hold(payload, event.rev)
    draft.repo = { ...draft.repo, position, updatedAtMs: this.#batch.nowMs }
    this.tally.held++
  }

  /** An event that is newer than what is stored, and need not wait. */
  #apply(event: ProvenEvent, position?: number): void {
    this.#count(event)
    const { did } = event
    const { nowMs } = this.#batch
    const repo = this.#batch.repo(did)
    if (event.kind === 'commit') {
      const transition = afterCommit(repo, event, nowMs)
      this.#batch.change(did, transition, position)
      if (baseOf(transition.repo) === undefined) this.notices.written.add(did)
      this.#write(event)
      this.#batch.observe(event)
    } else if (event.kind === 'sync') this.#batch.change(did, afterSync(repo, event, nowMs), position)
    else this.#batch.change(did, afterRejected(repo, event, nowMs), position)
  }

  #write({ did, rev, operations }: CommitEvent): void {
    const draft = this.#batch.draft(did)
    for (const operation of operations) {
      const { collection, rkey } = operation
      if (operation.op === 'delete') {
        draft.delete({ did, collection, rkey })
        continue
      }
      const { cid, record: bytes } = operation
      draft.put(this.#batch.stored({ did, collection, rkey, cid, rev, bytes }))
    }
  }

  #count(event: ContentEvent): void {
    const { events } = this.tally
    if (event.kind === 'commit') for (const { op } of event.operations) events[op]++
    else if (event.kind === 'sync') events.repo++
  }

  #countStale(event: ContentEvent): void {
    this.#count(event)
    if (event.kind === 'commit') this.tally.stale += event.operations.length
  }
}
