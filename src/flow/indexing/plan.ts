import { collectionKind } from '../../model/collection.ts'
import type { Did } from '../../model/did.ts'
import type { CommitEvent, RepoEvent } from '../../model/event.ts'
import type { RecordAddress, StoredRecord } from '../../model/record.ts'
import type { RepoChange, RepoState } from '../../state/storage/storage.ts'
import { createTally, type Tally } from './tally.ts'
import { afterAccount, afterCommit, afterIdentity, afterSync, type Transition } from './transition.ts'

/** Decides, event by event, what a batch does to the store, and reduces it to one change per repo. */
export class Plan {
  readonly tally: Tally = createTally()
  readonly #repos: ReadonlyMap<Did, RepoState>
  readonly #nowMs: number
  readonly #drafts = new Map<Did, Draft>()

  /** @param repos those among the repos of the batch that are known. */
  constructor(repos: ReadonlyMap<Did, RepoState>, nowMs: number) {
    this.#repos = repos
    this.#nowMs = nowMs
  }

  /** @param position the number of the entry that holds the event. */
  add(position: number, event: RepoEvent): void {
    const { events } = this.tally
    if (event.kind === 'commit') for (const { op } of event.operations) events[op]++
    else events[event.kind === 'sync' ? 'repo' : event.kind]++
    const draft = this.#drafts.get(event.did)
    const repo = draft?.repo ?? this.#repos.get(event.did) ?? newRepo(event.did, this.#nowMs)
    const transition = this.#decide(repo, position, event)
    if (transition === undefined) return
    this.tally.chainBreaks += Number(transition.chainBreak)
    const next = this.#draftOf(event.did, repo)
    next.repo = { ...transition.repo, position, updatedAtMs: this.#nowMs }
    if (transition.clear) {
      next.clear = true
      next.writes.clear()
    }
    if (event.kind === 'commit') this.#write(next, event)
  }

  /** The changes in the order in which their repos first appeared. Counts what they write. */
  changes(): readonly RepoChange[] {
    return Array.from(this.#drafts.values(), ({ repo, clear, writes }) => {
      const puts: StoredRecord[] = []
      const deletes: RecordAddress[] = []
      for (const write of writes.values()) {
        if ('bytes' in write) puts.push(write)
        else deletes.push(write)
      }
      this.tally.writes += puts.length + deletes.length
      return { repo, clear, puts, deletes }
    })
  }

  /** @returns undefined when the event changes nothing. */
  #decide(repo: RepoState, position: number, event: RepoEvent): Transition | undefined {
    // Not every event has a revision, but by the number of its entry each is known if it was applied before a crash.
    const isRepeated = position <= (repo.position ?? 0)
    if (event.kind === 'account') return isRepeated ? undefined : afterAccount(repo, event)
    if (event.kind === 'identity') return isRepeated ? undefined : afterIdentity(repo, event)
    if (isRepeated || (repo.rev !== undefined && event.rev <= repo.rev)) {
      if (event.kind === 'commit') this.tally.stale += event.operations.length
      return undefined
    }
    if (repo.status === 'deleted') {
      this.tally.invalid++
      return undefined
    }
    return event.kind === 'commit' ? afterCommit(repo, event) : afterSync(repo, event)
  }

  #write({ writes }: Draft, { did, rev, operations }: CommitEvent): void {
    for (const operation of operations) {
      const { collection, rkey } = operation
      const key = `${collection}/${rkey}`
      if (operation.op === 'delete') {
        writes.set(key, { did, collection, rkey })
        continue
      }
      const { cid, record: bytes } = operation
      writes.set(key, { did, collection, rkey, cid, rev, bytes, indexedAtMs: this.#nowMs })
      this.tally.records[collectionKind(collection)]++
    }
  }

  #draftOf(did: Did, repo: RepoState): Draft {
    const known = this.#drafts.get(did)
    if (known !== undefined) return known
    const draft: Draft = { repo, clear: false, writes: new Map() }
    this.#drafts.set(did, draft)
    return draft
  }
}

interface Draft {
  repo: RepoState
  clear: boolean
  /** The last write to each record. */
  readonly writes: Map<string, StoredRecord | RecordAddress>
}

function newRepo(did: Did, nowMs: number): RepoState {
  return { did, status: 'pending', content: 'pending', updatedAtMs: nowMs }
}
