import type { Did } from '../../model/did.ts'
import type { Block } from '../../net/repo/block.ts'
import { cidText } from '../../net/repo/cid.ts'
import { type Message, messageFrame } from '../../net/repo/frames.ts'
import { nextRev } from '../../net/repo/rev.ts'
import { type Head, syncMessage, type Write } from '../../net/repo/signed-repo.ts'
import type { LocalAction, LocalChange, LocalEvent, LocalWrite } from '../../state/local/store.ts'
import { LocalConflictError } from './errors.ts'
import type { LocalKey } from './local-records.ts'
import type { RepoState } from './repo-state.ts'

export interface DraftOptions {
  readonly did: Did
  readonly handle: string | undefined
  /** The time as people know it, in ms since 1970: of revisions and events. */
  readonly nowMs: number
  /** The time that nobody sets, by which the store keeps what is replaced. */
  readonly steadyMs: number
  readonly clockId: number
}

/** What one record's change became. */
export interface DraftedWrite {
  readonly rev: string
  readonly action: LocalAction
}

/** Changes that are made to the repo in memory, and go to disk together. */
export class Draft {
  readonly #state: RepoState
  readonly #options: DraftOptions
  readonly #records: LocalWrite[] = []
  readonly #events: LocalEvent[] = []
  readonly writes: DraftedWrite[] = []

  constructor(state: RepoState, options: DraftOptions) {
    this.#state = state
    this.#options = options
  }

  /** The revision that the repo has with these changes. */
  get rev(): string {
    return this.#head.rev
  }

  /** @throws {LocalConflictError} */
  async put(
    key: LocalKey,
    block: Block,
    swap: string | null | undefined,
  ): Promise<{ readonly created: boolean; readonly changed: boolean }> {
    const before = this.#checked(key, swap)
    if (before === block.cid) return { created: false, changed: false }
    const created = before === undefined
    await this.#commit({ action: created ? 'create' : 'update', ...key, record: block })
    return { created, changed: true }
  }

  /** @returns whether there was a record. @throws {LocalConflictError} */
  async delete(key: LocalKey, swap: string | null | undefined): Promise<boolean> {
    if (this.#checked(key, swap) === undefined) return false
    await this.#commit({ action: 'delete', ...key })
    return true
  }

  /** What has to be kept; undefined where nothing has changed. */
  get change(): LocalChange | undefined {
    const last = this.writes.at(-1)
    if (last === undefined) return undefined
    const { did, steadyMs: nowMs } = this.#options
    const { rev, commit, data } = this.#head
    const head = { did, rev, commit: commit.bytes, data, action: last.action }
    return { head, records: this.#records, events: this.#events, nowMs }
  }

  get #head(): Head {
    const { head } = this.#state.repo
    if (head === undefined) throw new Error('the repo has no commit yet')
    return head
  }

  #checked({ collection, rkey }: LocalKey, swap: string | null | undefined): string | undefined {
    const path = `${collection}/${rkey}`
    const before = this.#state.tree.get(path)
    const current = before === undefined ? null : cidText(before)
    if (swap === undefined || swap === current) return before
    throw new LocalConflictError(
      current === null ? `there is no record ${path}` : `the record ${path} is ${current} by now`,
      current,
    )
  }

  async #commit(write: Write): Promise<void> {
    if (this.#state.repo.head === undefined) await this.#begin()
    const { action, collection, rkey } = write
    const { head, body } = await this.#state.repo.commit([write], this.#nextRev())
    this.#tell({ type: '#commit', body })
    const row = { path: `${collection}/${rkey}`, rev: head.rev }
    if (action === 'delete') this.#records.push(row)
    else {
      const { cid, bytes } = write.record as Block
      this.#records.push({ ...row, content: { cid: cidText(cid), bytes } })
    }
    this.writes.push({ rev: head.rev, action })
  }

  /** The first commit is empty, so that each that has records says from which tree it leads. Told as a PDS does it. */
  async #begin(): Promise<void> {
    const { did, handle } = this.#options
    const { head, body } = await this.#state.repo.commit([], this.#nextRev())
    this.#tell({ type: '#identity', body: { did, ...(handle !== undefined && { handle }) } })
    this.#tell({ type: '#account', body: { did, active: true } })
    this.#tell({ type: '#commit', body })
    this.#tell(syncMessage(did, head))
  }

  #nextRev(): string {
    const { nowMs, clockId } = this.#options
    return nextRev(nowMs, clockId, this.#state.repo.head?.rev)
  }

  #tell(message: Message): void {
    const seq = this.#state.range.last + 1 + this.#events.length
    this.#events.push({ seq, frame: messageFrame(message, seq, this.#options.nowMs) })
  }
}
