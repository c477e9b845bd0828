import { isNsid } from '../../model/nsid.ts'
import { isRecordKey } from '../../model/record.ts'
import { type Cid, cidText } from '../repo/cid.ts'
import { MissingBlock } from '../repo/rejection.ts'
import type { Place } from '../repo/walk.ts'
import type { Delivery } from './delivery.ts'
import { keyRanges } from './key-ranges.ts'
import { type Oddity, oddityOf } from './oddity.ts'
import type { ReadOptions } from './reading.ts'
import type { Source } from './source.ts'
import type { StoredTree } from './stored-tree.ts'
import { TreeWalk } from './tree-walk.ts'
import type { Turns } from './turns.ts'

export interface RecordsOptions extends Pick<ReadOptions, 'collections'> {
  readonly source: Source
  readonly delivery: Delivery
  /** Of the tree. */
  readonly root: Cid
  /** What is stored, where the source has no more than what is not stored. */
  readonly stored: StoredTree | undefined
  readonly turns: Turns
}

/** Takes the records of a tree in the order of their paths, and gives them to the delivery. */
export class Records {
  readonly #options: RecordsOptions
  readonly #ranges: ReturnType<typeof keyRanges>
  #collection = ''
  #isName = false
  /** The last path that was given. */
  #position = ''
  count = 0
  filtered = 0
  odd: Partial<Record<Oddity, number>> = {}

  constructor(options: RecordsOptions) {
    this.#options = options
    this.#ranges = keyRanges(options.collections ?? [])
  }

  /**
   * Gives all records whose paths come after `after`.
   *
   * @returns whether they are given; otherwise the delivery wants them from the beginning again.
   * @throws {MissingBlock} when blocks are missing and cannot be had.
   */
  async give(after: string): Promise<boolean> {
    const { source, delivery, turns, stored } = this.#options
    this.count = 0
    this.filtered = 0
    this.odd = {}
    this.#position = after
    for (;;) {
      const missing = new Set<Cid>()
      const { filtered } = this
      const walk = this.#walk(missing)
      // After the first hole nothing is given any more: it only looks for others, to ask for them together.
      while (missing.size < mostMissing && walk.next()) {
        if (turns.isDue()) await turns.take()
        const { key, value } = walk
        const cid = cidText(value)
        const isStored = delivery.isStored(key, cid)
        const block = isStored ? undefined : source.get(value)
        if (!isStored && block === undefined) missing.add(value)
        if (missing.size > 0) continue
        if (block !== undefined) {
          if (delivery.isFull(block.length) && (await delivery.flush())) return false
          this.#add(key, value, cid, block)
        }
        delivery.meet(key, cid)
        this.count++
        this.filtered = filtered + walk.filtered
        this.#position = key
      }
      if (missing.size === 0) {
        this.filtered = filtered + walk.filtered
        return true
      }
      if (stored !== undefined && delivery.isStaged)
        throw new MissingBlock('too much has changed for a file of the changes')
      await source.fetch([...missing].slice(0, mostMissing))
    }
  }

  #walk(missing: Set<Cid>): TreeWalk {
    const { source, root, stored, delivery } = this.#options
    return new TreeWalk({
      blocks: source,
      root,
      ranges: this.#ranges,
      after: this.#position,
      isKnown: (place) =>
        stored !== undefined && !delivery.isStaged && this.#isStored(stored, place, missing.size > 0),
      onMissing: (cid) => missing.add(cid),
    })
  }

  /** Whether a subtree is stored as it is; then its keys are met at once. */
  #isStored(stored: StoredTree, place: Place, isSearching: boolean): boolean {
    const known = stored.find(place)
    if (known === undefined) return false
    for (let index = known.from; index < known.to && !isSearching; index++) {
      const key = stored.keys[index] as string
      if (key <= this.#position) continue
      this.#options.delivery.meetStored(key)
      this.count++
      this.#position = key
    }
    return true
  }

  #add(key: string, value: Cid, cid: string, bytes: Buffer): void {
    const slash = key.indexOf('/')
    if (slash !== this.#collection.length || !key.startsWith(this.#collection)) {
      this.#collection = key.slice(0, slash)
      this.#isName = isNsid(this.#collection)
    }
    const rkey = key.slice(slash + 1)
    const oddity = oddityOf(value, bytes) ?? (this.#isName && isRecordKey(rkey) ? undefined : 'path')
    if (oddity !== undefined) this.odd[oddity] = (this.odd[oddity] ?? 0) + 1
    this.#options.delivery.add({ collection: this.#collection, rkey, cid, bytes })
  }
}

/** How many missing blocks are asked for at a time. */
const mostMissing = 1000
