import { endianness } from 'node:os'
import type { Cid } from '../repo/cid.ts'
import { Rejection } from '../repo/rejection.ts'

/**
 * Where each block of a file lies, in eight bytes a block: 32 bits of a hash of its CID and 32 bits of its position,
 * sorted as one number. What the hash finds is to be compared with the CID.
 */
export class BlockIndex {
  readonly #maxBlocks: number
  readonly #memory: ArrayBuffer
  readonly #words: Uint32Array
  /** Where the entries of each value of the hash's leading bits begin. */
  readonly #starts = new Uint32Array(buckets + 1)
  /** Drawn anew for each index, so that nobody can make blocks whose hashes agree. */
  readonly #seeds = crypto.getRandomValues(new Uint32Array(2)).map((seed) => seed | 1)
  #count = 0
  #sorted = 0

  /** @param maxBlocks address space is set aside for them; memory is taken as they come. */
  constructor(maxBlocks: number) {
    this.#maxBlocks = maxBlocks
    this.#memory = new ArrayBuffer(0, { maxByteLength: maxBlocks * entryBytes })
    this.#words = new Uint32Array(this.#memory)
  }

  /** How many blocks were added, repeated ones included. */
  get count(): number {
    return this.#count
  }

  /** @throws {Rejection} `size` when there are too many blocks. */
  add(cid: Cid, position: number): void {
    if (this.#count === this.#maxBlocks)
      throw new Rejection('size', `a repo of more than ${this.#maxBlocks} blocks`)
    const at = this.#count++ * 2
    if (at >= this.#words.length) this.#grow()
    this.#words[at + high] = this.#hash(cid)
    this.#words[at + low] = position
  }

  /** Makes what was added ready to be found. */
  seal(): void {
    if (this.#sorted === this.#count) return
    this.#sorted = this.#count
    new BigUint64Array(this.#memory, 0, this.#count).sort()
    let entry = 0
    for (let bucket = 0; bucket < buckets; bucket++) {
      this.#starts[bucket] = entry
      while (entry < this.#count && this.#hashAt(entry) >>> bucketShift === bucket) entry++
    }
    this.#starts[buckets] = this.#count
  }

  /**
   * Offers the positions where the block may lie, until `look` finds it there.
   *
   * @param look returns undefined where another block lies.
   */
  find<Found>(cid: Cid, look: (position: number) => Found | undefined): Found | undefined {
    const hash = this.#hash(cid)
    const bucket = hash >>> bucketShift
    let from = this.#starts[bucket] as number
    let to = this.#starts[bucket + 1] as number
    while (from < to) {
      const middle = (from + to) >>> 1
      if (this.#hashAt(middle) < hash) from = middle + 1
      else to = middle
    }
    for (; from < this.#sorted && this.#hashAt(from) === hash; from++) {
      const found = look(this.#words[from * 2 + low] as number)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** Twice as much as before, and never more than half a megabyte too much. */
  #grow(): void {
    const bytes = Math.max(this.#memory.byteLength, smallestGrowth)
    const grown = this.#memory.byteLength + Math.min(bytes, largestGrowth)
    this.#memory.resize(Math.min(grown, this.#memory.maxByteLength))
  }

  #hashAt(entry: number): number {
    return this.#words[entry * 2 + high] as number
  }

  /** The first four bytes of a CID are the same for nearly all; of the hash in it, eight bytes are plenty. */
  #hash(cid: Cid): number {
    const mixed =
      Math.imul(wordAt(cid, 4), this.#seeds[0] as number) +
      Math.imul(wordAt(cid, 8), this.#seeds[1] as number)
    return (mixed ^ (mixed >>> 15)) >>> 0
  }
}

const entryBytes = 8
const smallestGrowth = 64 * entryBytes
const largestGrowth = 65_536 * entryBytes
const bucketShift = 20
const buckets = 1 << (32 - bucketShift)

/** Which half of a 64-bit number is which. */
const low = endianness() === 'LE' ? 0 : 1
const high = 1 - low

function wordAt(cid: Cid, at: number): number {
  return (
    cid.charCodeAt(at) |
    (cid.charCodeAt(at + 1) << 8) |
    (cid.charCodeAt(at + 2) << 16) |
    (cid.charCodeAt(at + 3) << 24)
  )
}
