import { type Clock, steadyClock, wallClock } from '../../model/clock.ts'
import type { Did } from '../../model/did.ts'
import { recordUri } from '../../model/record.ts'
import { blockOf } from '../../net/repo/block.ts'
import { cidText } from '../../net/repo/cid.ts'
import type { SigningKey } from '../../net/repo/signing-key.ts'
import type { LocalHead, LocalStore } from '../../state/local/store.ts'
import { Batches } from './batches.ts'
import { checkedRecord, checkKey } from './checked-record.ts'
import { Draft } from './draft.ts'
import { LocalEvents } from './local-events.ts'
import type {
  LocalKey,
  LocalRecord,
  LocalRecords,
  PutResult,
  RecordValue,
  WriteCondition,
} from './local-records.ts'
import { loadRepo, type RepoState } from './repo-state.ts'
import { LocalSnapshot } from './snapshot.ts'

export interface LocalRepoOptions {
  readonly store: LocalStore
  readonly did: Did
  /** The name that the repo goes by; its DID document has to name it, too. @default none */
  readonly handle?: string | undefined
  readonly key: SigningKey
  /** Tells revisions, and the times of events. @default wallClock */
  readonly now?: Clock
  /** The part of revisions that tells writers apart which write at the same moment, 0 to 1023. @default chance */
  readonly clockId?: number
  /** Called once for each change that is on disk, in their order. Must not throw. */
  readonly onWrite?: (change: LocalWritten) => void
}

export interface LocalWritten {
  readonly rev: string
  /** By which `syncOnce` is to take it in. */
  readonly trigger: 'write' | 'edit'
}

/**
 * The node's own repo. Each change is a signed commit of its own with an event of its own; what is asked for at the same
 * time is brought to disk together, and answered once it is there.
 */
export class LocalRepo implements LocalRecords, AsyncDisposable {
  readonly did: Did
  readonly handle: string | undefined
  readonly key: SigningKey
  readonly store: LocalStore
  readonly events: LocalEvents
  readonly #options: LocalRepoOptions
  readonly #now: Clock
  readonly #clockId: number
  readonly #batches: Batches<Draft>
  /** Undefined once a write has failed, until it is read from the disk again. */
  #state: RepoState | undefined

  /** @throws {SetupError} when what is on disk is not the repo of this DID and key. */
  static async open(options: LocalRepoOptions): Promise<LocalRepo> {
    return new LocalRepo(options, await loadRepo(options.store, options))
  }

  private constructor(options: LocalRepoOptions, state: RepoState) {
    const { store, did, handle, key, now = wallClock, clockId = Math.floor(Math.random() * 1024) } = options
    this.did = did
    this.handle = handle
    this.key = key
    this.store = store
    this.events = new LocalEvents(store, state.range)
    this.#options = options
    this.#now = now
    this.#clockId = clockId
    this.#state = state
    this.#batches = new Batches({
      begin: () => this.#begin(),
      end: (draft) => this.#end(draft),
      onFailure: () => {
        this.#state = undefined
      },
    })
  }

  put(key: LocalKey, value: RecordValue, { swap }: WriteCondition = {}): Promise<PutResult> {
    const content = checkedRecord(key, value)
    // Its failure is that of the job, whose turn may come later.
    content.catch(() => {})
    return this.#batches.run(async (draft) => {
      const block = await content
      const { created, changed } = await draft.put(key, block, swap)
      const uri = recordUri({ did: this.did, ...key })
      return { uri, cid: cidText(block.cid), rev: draft.rev, created, changed }
    })
  }

  delete(key: LocalKey, { swap }: WriteCondition = {}): Promise<{ readonly rev: string } | undefined> {
    return this.#batches.run(async (draft) => {
      checkKey(key)
      return (await draft.delete(key, swap)) ? { rev: draft.rev } : undefined
    })
  }

  async get(key: LocalKey): Promise<LocalRecord | undefined> {
    const row = await this.store.get(`${key.collection}/${key.rkey}`)
    return row && { uri: recordUri({ did: this.did, ...key }), cid: row.cid, rev: row.rev, bytes: row.bytes }
  }

  /** Where the repo stands on disk; undefined before its first commit. */
  head(): Promise<LocalHead | undefined> {
    return this.store.head()
  }

  /** The repo as it stands on disk; undefined before its first commit. */
  async snapshot(): Promise<LocalSnapshot | undefined> {
    const taken = await this.#batches.atRest(
      () => this.#state && { ...this.#state, tree: this.#state.tree.copy() },
    )
    const { head, tree } = taken ?? (await loadRepo(this.store, this.#options))
    return head && new LocalSnapshot({ head, commit: blockOf(head.commit), tree, store: this.store })
  }

  /** Takes no more writes. Resolves once those that were taken are answered. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#batches.close()
  }

  async #begin(): Promise<Draft> {
    this.#state ??= await loadRepo(this.store, this.#options)
    const { did, handle } = this
    const times = { nowMs: this.#now(), steadyMs: steadyClock() }
    return new Draft(this.#state, { did, handle, ...times, clockId: this.#clockId })
  }

  async #end({ change, writes }: Draft): Promise<void> {
    if (change === undefined || this.#state === undefined) return
    await this.store.write(change)
    const range = await this.store.range()
    this.#state.head = change.head
    this.#state.range = range
    const { onWrite } = this.#options
    for (const { rev, action } of writes) onWrite?.({ rev, trigger: action === 'create' ? 'write' : 'edit' })
    this.events.moved(range)
  }
}
