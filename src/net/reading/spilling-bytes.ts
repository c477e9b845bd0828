import type { MemoryBudget } from './memory-budget.ts'
import { TemporaryFile } from './temporary-file.ts'

export interface SpillingOptions {
  /** Where the file is made once there are too many bytes for memory. */
  readonly folder: string
  /** How many bytes stay in memory. */
  readonly memoryBytes: number
  /** What is in memory is taken from it. */
  readonly budget: MemoryBudget
}

/**
 * Bytes that only grow, and can be read anywhere: in memory while they are few, in a temporary file from then on.
 * The last ones are always in memory too, in `window`.
 */
export class SpillingBytes implements Disposable {
  readonly #options: SpillingOptions
  #file: TemporaryFile | undefined
  #taken = 0
  #scratch = Buffer.alloc(0)
  /** The bytes from `windowStart` on; what lies beyond `length` is not theirs. Views on it end with the next `append`. */
  window = Buffer.alloc(0)
  windowStart = 0
  length = 0

  constructor(options: SpillingOptions) {
    this.#options = options
  }

  get isSpilled(): boolean {
    return this.#file !== undefined
  }

  /** @param needed the window has to reach back to this position. */
  append(bytes: Uint8Array, needed: number): void {
    if (this.#end + bytes.length > this.window.length) this.#makeRoom(bytes.length, needed)
    this.window.set(bytes, this.#end)
    this.#file?.write(bytes, this.length)
    this.length += bytes.length
  }

  /** @returns the bytes from `position` on, or as many as there are; good until the next call where they are in a file. */
  view(position: number, length: number): Buffer {
    if (this.#file === undefined)
      return this.window.subarray(position, Math.min(position + length, this.length))
    if (length > this.#scratch.length) this.#scratch = Buffer.allocUnsafeSlow(length)
    const view = this.#scratch.subarray(0, length)
    return view.subarray(0, this.#file.read(view, position))
  }

  [Symbol.dispose](): void {
    this.#file?.[Symbol.dispose]()
    this.#options.budget.give(this.#taken)
    this.#taken = 0
    this.window = resized(this.window, 0)
  }

  get #end(): number {
    return this.length - this.windowStart
  }

  #makeRoom(bytes: number, needed: number): void {
    if (this.#file === undefined && this.#growInMemory(this.#end + bytes)) return
    if (this.#file === undefined) {
      this.#file = new TemporaryFile(this.#options.folder)
      this.#file.write(this.window.subarray(0, this.#end), 0)
      this.#options.budget.give(this.#taken)
      this.#taken = 0
    }
    this.window.copyWithin(0, needed - this.windowStart, this.#end)
    this.windowStart = needed
    // One block may be longer than the window was so far.
    const room = this.#end + bytes
    if (room > this.window.length || this.window.length > room * 2 + usualWindow)
      this.window = resized(this.window, room + usualWindow)
  }

  #growInMemory(needed: number): boolean {
    const { memoryBytes, budget } = this.#options
    if (needed > memoryBytes) return false
    const size = Math.min(Math.max(needed, this.window.length * 2), memoryBytes)
    if (!budget.take(size - this.#taken)) return false
    this.#taken = size
    this.window = resized(this.window, size)
    return true
  }
}

/** Room in the window for several appends, once the rest is in the file. */
const usualWindow = 1 << 19

/** Frees the memory of before at once: left to the garbage collector, it would add up. */
function resized(buffer: Buffer<ArrayBuffer>, length: number): Buffer<ArrayBuffer> {
  return Buffer.from(buffer.buffer.transfer(length))
}
