import { CarSections, cidAt, cutOff, readRoots } from '../repo/car.ts'
import { type Cid, cidLength, isCidOf } from '../repo/cid.ts'
import { Rejection } from '../repo/rejection.ts'
import { BlockIndex } from './block-index.ts'
import { SpillingBytes, type SpillingOptions } from './spilling-bytes.ts'

export interface RepoLimits {
  /** How large the files of a repo may be, in bytes, all of them together; at most 2³². @default 2 ** 32 */
  readonly maxBytes?: number
  /** How large a block may be, in bytes. @default 2_000_000 */
  readonly maxBlockBytes?: number
  /** How many blocks there may be; each takes 8 bytes of memory. @default 10_000_000 */
  readonly maxBlocks?: number
}

/** The blocks of CAR files that come piece by piece, in any order. Each is what its CID says; more is not checked. */
export class RepoBlocks implements Disposable {
  readonly #limits: Required<RepoLimits>
  readonly #bytes: SpillingBytes
  readonly #index: BlockIndex
  readonly #sections = new CarSections()
  /** Up to where the bytes have been read. */
  #position = 0
  #isInFile = false
  /** Those of the first file. */
  roots: readonly Cid[] | undefined

  constructor({
    maxBytes = 2 ** 32,
    maxBlockBytes = 2_000_000,
    maxBlocks = 10_000_000,
    ...spilling
  }: RepoLimits & SpillingOptions) {
    this.#limits = { maxBytes, maxBlockBytes, maxBlocks }
    this.#bytes = new SpillingBytes(spilling)
    this.#index = new BlockIndex(maxBlocks)
  }

  /** How many bytes have come. */
  get sizeBytes(): number {
    return this.#bytes.length
  }

  /** How many blocks have come, repeated ones included. */
  get count(): number {
    return this.#index.count
  }

  /** Takes the next bytes of a file. @throws {Rejection} `decode`, `cid` or `size` */
  append(bytes: Uint8Array): void {
    if (this.#bytes.length + bytes.length > this.#limits.maxBytes)
      throw new Rejection('size', `a repo of more than ${this.#limits.maxBytes} bytes`)
    for (let at = 0; at < bytes.length; at += stride) {
      this.#bytes.append(bytes.subarray(at, at + stride), this.#position)
      this.#read()
    }
  }

  /** Ends a file; the bytes that follow are another. @throws {Rejection} `decode` when it is cut off. */
  end(): void {
    if (!this.#isInFile) throw cutOff(this.#sections, 'its header')
    if (this.#position !== this.#bytes.length) throw cutOff(this.#sections, 'a block')
    this.#isInFile = false
    this.#index.seal()
  }

  /** The bytes of a block of the files that have ended; good until the next call. */
  get(cid: Cid): Buffer | undefined {
    return this.#index.find(cid, (position) => this.#blockAt(position, cid))
  }

  [Symbol.dispose](): void {
    this.#bytes[Symbol.dispose]()
  }

  #read(): void {
    const { window, windowStart, length } = this.#bytes
    const limit = length - windowStart
    const sections = this.#sections
    let position = this.#position - windowStart
    while (position < limit) {
      const isWhole = sections.find(window, position, limit)
      if (sections.end - sections.start > this.#limits.maxBlockBytes + cidLength)
        throw new Rejection('size', `a block of more than ${this.#limits.maxBlockBytes} bytes`)
      if (!isWhole) break
      if (this.#isInFile) this.#add(window, position + windowStart)
      else this.#begin(window.subarray(sections.start, sections.end))
      position = sections.end
    }
    this.#position = position + windowStart
  }

  #begin(header: Buffer): void {
    const roots = readRoots(header)
    this.roots ??= roots
    this.#isInFile = true
  }

  #add(window: Buffer, position: number): void {
    const cid = cidAt(window, this.#sections)
    const { start, end } = this.#sections
    if (!isCidOf(cid, window.subarray(start + cidLength, end)))
      throw new Rejection('cid', 'a block does not hash to its CID')
    this.#index.add(cid, position)
  }

  /** The sections are read again as they were read first, so that they need not be checked. */
  #blockAt(position: number, cid: Cid): Buffer | undefined {
    const { isSpilled } = this.#bytes
    const view = isSpilled ? this.#bytes.view(position, usualSection) : this.#bytes.window
    const sections = new CarSections()
    const isWhole = sections.find(view, isSpilled ? 0 : position, view.length)
    const { start, end } = sections
    const data = start + cidLength
    if (view.toString('latin1', start, data) !== cid) return undefined
    return isWhole ? view.subarray(data, end) : this.#bytes.view(position + data, end - data)
  }
}

/** How many bytes are taken at once, so that the window on them stays small. */
const stride = 1 << 18

/** Nearly all blocks are read at once with their length and CID. */
const usualSection = 2048
