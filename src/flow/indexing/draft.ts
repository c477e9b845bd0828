import type { Operation } from '../../model/event.ts'
import type { RecordAddress, StoredRecord } from '../../model/record.ts'
import type { RepoChange, RepoState } from '../../state/storage/storage.ts'
import type { Transition } from './transition.ts'
import { noneWaiting, type Waiting } from './waiting.ts'

/** What becomes of one repo in a batch, as one change. */
export class Draft {
  repo: RepoState
  waiting: Waiting
  stage: RepoChange['stage']
  unveil: RepoChange['unveil']
  isRemoved = false
  #clear = false
  #unstage = false
  #release: number | undefined
  #hold: Uint8Array[] = []
  /** The last write to each record. */
  readonly #writes = new Map<string, StoredRecord | RecordAddress>()

  constructor(repo: RepoState, waiting: Waiting) {
    this.repo = repo
    this.waiting = waiting
  }

  get held(): number {
    return this.repo.held ?? 0
  }

  apply({ repo, clear = false, unstage = false, release = false }: Transition): void {
    this.repo = repo
    if (clear) {
      this.#clear = true
      this.#writes.clear()
    }
    if (unstage) this.#unstage = true
    if (release) this.releaseAll()
  }

  hold(payload: Uint8Array, rev: string): void {
    this.#hold.push(payload)
    const { bytes, rev: last } = this.waiting
    this.waiting = { bytes: bytes + payload.length, rev: rev > last ? rev : last }
    this.repo = { ...this.repo, held: this.held + 1 }
  }

  /** The first event that waits, `bytes` long, does not any more. */
  release(id: number, bytes: number): void {
    this.#release = id
    this.waiting = { ...this.waiting, bytes: this.waiting.bytes - bytes }
    this.repo = { ...this.repo, held: this.held - 1 }
  }

  releaseAll(): void {
    // The storage releases before it holds.
    this.#release = Number.MAX_SAFE_INTEGER
    this.#hold = []
    this.waiting = noneWaiting
    this.repo = { ...this.repo, held: 0 }
  }

  remove(): void {
    this.isRemoved = true
    this.waiting = noneWaiting
  }

  put(record: StoredRecord): void {
    this.#writes.set(pathOf(record), record)
  }

  delete(address: RecordAddress): void {
    this.#writes.set(pathOf(address), address)
  }

  change(): RepoChange {
    const puts: StoredRecord[] = []
    const deletes: RecordAddress[] = []
    for (const write of this.#writes.values()) {
      if ('bytes' in write) puts.push(write)
      else deletes.push(write)
    }
    return {
      repo: this.repo,
      clear: this.#clear,
      puts,
      deletes,
      ...(this.stage !== undefined && { stage: this.stage }),
      ...(this.unveil !== undefined && { unveil: this.unveil }),
      ...(this.#unstage && { unstage: true }),
      ...(this.#hold.length > 0 && { hold: this.#hold }),
      ...(this.#release !== undefined && { release: this.#release }),
      ...(this.isRemoved && { remove: true }),
    }
  }
}

function pathOf({ collection, rkey }: Pick<Operation, 'collection' | 'rkey'>): string {
  return `${collection}/${rkey}`
}
