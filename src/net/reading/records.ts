import { setImmediate as turn } from 'node:timers/promises'
import { isNsid } from '../../model/nsid.ts'
import { isRecordKey } from '../../model/record.ts'
import { type Cid, cidText } from '../repo/cid.ts'
import type { Delivery } from './delivery.ts'
import { keyRanges } from './key-ranges.ts'
import { type Oddity, oddityOf } from './oddity.ts'
import type { ReadCallbacks, ReadOptions } from './reading.ts'
import type { Source } from './source.ts'
import { TreeWalk } from './tree-walk.ts'

export interface RecordsOptions extends Pick<ReadOptions, 'collections'>, Pick<ReadCallbacks, 'signal'> {
  readonly source: Source
  readonly delivery: Delivery
  /** Of the tree. */
  readonly root: Cid
}

/** Takes the records of a tree in the order of their paths, and gives them to the delivery. */
export class Records {
  readonly #options: RecordsOptions
  readonly #ranges: ReturnType<typeof keyRanges>
  #collection = ''
  #isName = false
  #sinceTurn = 0
  #lastTurnMs = performance.now()
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
    const { source, delivery } = this.#options
    this.count = 0
    this.filtered = 0
    this.odd = {}
    for (let position = after; ; ) {
      const missing = new Set<Cid>()
      const { filtered } = this
      const walk = this.#walk(position, missing)
      // After the first hole nothing is given any more: it only looks for others, to ask for them together.
      while (missing.size < mostMissing && walk.next()) {
        if (++this.#sinceTurn === recordsPerLook) await this.#takeTurns()
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
        position = key
      }
      if (missing.size === 0) {
        this.filtered = filtered + walk.filtered
        return true
      }
      await source.fetch([...missing].slice(0, mostMissing))
    }
  }

  #walk(after: string, missing: Set<Cid>): TreeWalk {
    const { source, root } = this.#options
    const onMissing = (cid: Cid) => missing.add(cid)
    return new TreeWalk({ blocks: source, root, ranges: this.#ranges, after, onMissing })
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

  /** Lets others of this thread go on. */
  async #takeTurns(): Promise<void> {
    this.#sinceTurn = 0
    if (performance.now() - this.#lastTurnMs < turnMs) return
    await turn()
    this.#lastTurnMs = performance.now()
    this.#options.signal?.throwIfAborted()
  }
}

/** How many missing blocks are asked for at a time. */
const mostMissing = 1000
/** How long it goes on until others have their turn. */
const turnMs = 10
const recordsPerLook = 64
