import { collectionKind } from '../../model/collection.ts'
import type { Did } from '../../model/did.ts'
import type { CommitEvent, Operation } from '../../model/event.ts'
import { encodeEvent } from '../../model/event-bytes.ts'
import type { Nsid } from '../../model/nsid.ts'
import type { StoredRecord } from '../../model/record.ts'
import { isHidden, type RepoChange, type RepoState } from '../../state/storage/storage.ts'
import { Draft } from './draft.ts'
import { Notices } from './notices.ts'
import { contentBefore } from './step.ts'
import { createTally, type Tally } from './tally.ts'
import type { Transition } from './transition.ts'
import { noneWaiting, type Waiting, type WaitingLimits, waitingLimits } from './waiting.ts'

export interface BatchOptions {
  /** Those among the repos of the batch that are known. */
  readonly repos: ReadonlyMap<Did, RepoState>
  readonly nowMs: number
  /** What is known of the events that wait, of repos that have some. @default nothing */
  readonly waiting?: ReadonlyMap<Did, Waiting>
  readonly limits?: WaitingLimits
  /** Which operations of live events others want to be told of. @default none */
  readonly isObserved?: IsObserved
}

/** Whether somebody observes such an operation of a repo; its record is not looked at. */
export type IsObserved = (event: {
  readonly did: Did
  readonly collection: Nsid
  readonly operation: Operation['op']
}) => boolean

/** The repos that change together, and what that comes to. */
export class Batch {
  readonly tally: Tally = createTally()
  readonly notices: Notices = new Notices()
  /** Repos whose events may wait no longer. */
  readonly drains: Set<Did> = new Set()
  /** What observers are to be told: commits, each with the operations that are applied and that somebody observes. */
  readonly observed: Uint8Array[] = []
  readonly nowMs: number
  readonly #options: Required<BatchOptions>
  readonly #drafts = new Map<Did, Draft>()

  constructor({
    repos,
    nowMs,
    waiting = new Map(),
    limits = waitingLimits,
    isObserved = nobody,
  }: BatchOptions) {
    this.#options = { repos, nowMs, waiting, limits, isObserved }
    this.nowMs = nowMs
  }

  /** The repo after what was done so far; undefined while it is not known. */
  find(did: Did): RepoState | undefined {
    return this.#drafts.get(did)?.repo ?? this.#options.repos.get(did)
  }

  /** Likewise, or a new one. */
  repo(did: Did): RepoState {
    return this.find(did) ?? { did, status: 'pending', content: 'pending', updatedAtMs: this.nowMs }
  }

  draft(did: Did): Draft {
    const known = this.#drafts.get(did)
    if (known !== undefined) return known
    const draft = new Draft(this.repo(did), this.#options.waiting.get(did) ?? noneWaiting)
    this.#drafts.set(did, draft)
    return draft
  }

  /** @param position the number of the live entry that this is due to. */
  change(did: Did, transition: Transition, position?: number): void {
    const before = contentBefore(this.repo(did))
    const draft = this.draft(did)
    draft.apply(transition)
    const isCured = (before === 'desync' || before === 'error') && draft.repo.content === 'synced'
    this.tally.cured += Number(isCured)
    this.tally.chainBreaks += Number(transition.chainBreak ?? false)
    if (transition.desync !== undefined) {
      this.tally.desyncs[transition.desync]++
      this.notices.desync.set(did, transition.desync)
    }
    draft.repo = { ...draft.repo, ...(position !== undefined && { position }), updatedAtMs: this.nowMs }
  }

  /** A record as it is stored, counted. */
  stored({ did, collection, rkey, cid, rev, bytes }: Omit<StoredRecord, 'indexedAtMs'>): StoredRecord {
    this.tally.records[collectionKind(collection)]++
    return { did, collection, rkey, cid, rev, bytes, indexedAtMs: this.nowMs }
  }

  /** What is applied of a commit is told, unless the account is hidden. */
  observe(commit: CommitEvent): void {
    const { isObserved } = this.#options
    const { did } = commit
    const operations = commit.operations.filter(({ collection, op: operation }) =>
      isObserved({ did, collection, operation }),
    )
    if (operations.length > 0 && !isHidden(this.repo(did).status))
      this.observed.push(encodeEvent({ ...commit, operations }))
  }

  /** Whether another event of the repo may wait. */
  hasRoom(did: Did, bytes: number): boolean {
    const { limits } = this.#options
    const held = this.find(did)?.held ?? 0
    return held === 0 || (held < limits.events && this.waiting(did).bytes + bytes <= limits.bytes)
  }

  /** What is known of the events of a repo that wait. */
  waiting(did: Did): Waiting {
    return this.#drafts.get(did)?.waiting ?? this.#options.waiting.get(did) ?? noneWaiting
  }

  /** Likewise, of each repo that is changed. */
  get allWaiting(): Iterable<[Did, Waiting]> {
    return Array.from(this.#drafts, ([did, { waiting }]): [Did, Waiting] => [did, waiting])
  }

  /** The changes in the order in which their repos first appeared. Counts what they write. */
  changes(): readonly RepoChange[] {
    return Array.from(this.#drafts.values(), (draft) => {
      const change = draft.change()
      const { puts = [], deletes = [], stage } = change
      this.tally.writes += puts.length + deletes.length + (stage?.puts.length ?? 0)
      return change
    })
  }

  /** What others have to know once the batch is durable. */
  conclude(): Notices {
    const { pending, needless, written, newcomer, desync } = this.notices
    for (const [did, { repo, isRemoved }] of this.#drafts) {
      // An account that is not active cannot be fetched; it is told of once it is active again.
      const isOpen = !isRemoved && !isHidden(repo.status)
      if (isOpen && repo.content === 'pending') pending.add(did)
      if (desync.has(did)) this.#concludeDesync(did, repo, isOpen)
      if (isOpen && repo.content !== 'synced') continue
      written.delete(did)
      // What was synced before, or hidden likewise, was told of then.
      const isNews = isRemoved || this.#options.repos.get(did)?.status !== repo.status
      if (isNews) needless.add(did)
      if (isNews && isOpen && repo.handle === undefined) newcomer.add(did)
    }
    return this.notices
  }

  #concludeDesync(did: Did, repo: RepoState, isOpen: boolean): void {
    const told = this.notices.desync
    const { content, desync } = repo
    const isBack = told.get(did) === undefined && (content === 'error' || content === 'syncing')
    if (!isOpen || (contentBefore(repo) !== 'desync' && !isBack)) told.delete(did)
    else if (content === 'desync') told.set(did, desync?.reason ?? 'gap')
  }
}

const nobody: IsObserved = () => false
