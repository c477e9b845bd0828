import type { BackfillRecord, PartStep } from '../../model/backfill.ts'
import { encodeBackfillEntry } from '../../model/backfill-bytes.ts'
import type { ReadCallbacks } from './reading.ts'
import { readStoredEntries } from './stored-entries.ts'

export interface DeliveryOptions {
  /** What all steps have in common. */
  readonly run: Pick<PartStep, 'did' | 'ticket' | 'data' | 'rev'>
  /** What is stored; then few changes are given as such. */
  readonly stored: Uint8Array | undefined
  readonly onPart: ReadCallbacks['onPart']
}

/** Makes the steps of a sync run out of records that come in the order of their paths. */
export class Delivery {
  readonly #options: DeliveryOptions
  /** What is stored and was not met yet. */
  #stored: Map<string, string> | undefined
  #isStaged: boolean
  #unchanged = 0
  #changed = 0
  #puts: BackfillRecord[] = []
  /** Of the records in `#puts`, one after the other, and used again for those of the next part. */
  #content = new Uint8Array()
  #bytes = 0
  /** For the next part. */
  #memory: ArrayBuffer | undefined
  parts = 0

  constructor(options: DeliveryOptions) {
    this.#options = options
    this.#stored = options.stored && readStoredEntries(options.stored)
    this.#isStaged = this.#stored === undefined
  }

  /** What is stored and was not met yet: CIDs, as text, by their paths. */
  get stored(): ReadonlyMap<string, string> | undefined {
    return this.#stored
  }

  get isStaged(): boolean {
    return this.#isStaged
  }

  get changes(): { puts: number; deletes: number } | undefined {
    return this.#stored && { puts: this.#changed, deletes: this.#stored.size }
  }

  /** Whether a record need not be given, since it is stored. Changes nothing. */
  isStored(path: string, cid: string): boolean {
    return !this.#isStaged && this.#stored?.get(path) === cid
  }

  /** Notes that a path is in the tree. */
  meet(path: string, cid: string): void {
    if (this.#stored === undefined) return
    if (this.#stored.get(path) === cid) this.#unchanged++
    else this.#changed++
    this.#stored.delete(path)
  }

  /** Notes that a path is in the tree with what is stored there. */
  meetStored(path: string): void {
    if (this.#stored?.delete(path)) this.#unchanged++
  }

  /** Whether `flush` has to be called before a record of so many bytes is added. */
  isFull(bytes: number): boolean {
    return this.#puts.length >= maxChanges || (this.#puts.length > 0 && this.#bytes + bytes > maxBytes)
  }

  /** Adds a record to what is given. Its bytes are copied. */
  add({ collection, rkey, cid, bytes }: BackfillRecord): void {
    const start = this.#bytes
    this.#bytes += bytes.length
    if (this.#bytes > this.#content.length) this.#content = grown(this.#content, start, this.#bytes)
    this.#content.set(bytes, start)
    this.#puts.push({ collection, rkey, cid, bytes: this.#content.subarray(start, this.#bytes) })
  }

  /**
   * Gives what was added.
   *
   * @returns whether everything has to be added from the beginning again: the changes are too many to be given as such.
   */
  async flush(): Promise<boolean> {
    if (!this.#isStaged && this.#stage()) return true
    const { run, onPart } = this.#options
    const bytes = encodeBackfillEntry({ kind: 'part', ...run, puts: this.#puts }, this.#memory)
    this.parts++
    this.#puts = []
    this.#bytes = 0
    this.#memory = (await onPart(bytes)) ?? undefined
    return false
  }

  /** @returns the last step; undefined when everything has to be added from the beginning again. */
  async end(): Promise<Uint8Array | undefined> {
    const deletes = this.#isStaged ? [] : [...(this.#stored?.keys() ?? [])]
    if (this.#puts.length + deletes.length > maxChanges && !this.#isStaged && this.#stage()) return undefined
    if (this.#isStaged && this.#puts.length > 0) await this.flush()
    const isStaged = this.#isStaged
    return encodeBackfillEntry({
      kind: 'end',
      ...this.#options.run,
      staged: isStaged,
      puts: this.#puts,
      deletes: isStaged ? [] : deletes.map(addressOf),
    })
  }

  /** @returns whether records are missing in what was added so far, since they are stored. */
  #stage(): boolean {
    this.#isStaged = true
    if (this.#unchanged === 0) return false
    this.#unchanged = 0
    this.#changed = 0
    this.#puts = []
    this.#bytes = 0
    this.#stored = this.#options.stored && readStoredEntries(this.#options.stored)
    return true
  }
}

/** What one step may hold, so that applying it holds nothing else up. A larger record has a step of its own. */
const maxChanges = 400
const maxBytes = 1_000_000

/** Views on the memory before remain good. */
function grown(content: Uint8Array, kept: number, needed: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(needed, Math.min(content.length * 2, maxBytes), smallest))
  larger.set(content.subarray(0, kept))
  return larger
}

const smallest = 1 << 14

function addressOf(path: string): { collection: string; rkey: string } {
  const slash = path.indexOf('/')
  return { collection: path.slice(0, slash), rkey: path.slice(slash + 1) }
}
