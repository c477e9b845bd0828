/** The written labels of many series, one after the other: in far less memory than an object for each would take. */
export class LabelStore {
  /** How many label sets there are. */
  count = 0
  /** All of them, in the order in which they were added. */
  bytes: Buffer = none
  #starts = new Uint32Array(4)

  /** Where the labels of a series begin in `bytes`. */
  start(index: number): number {
    return this.#starts[index] as number
  }

  /** Where they end. */
  end(index: number): number {
    return this.#starts[index + 1] as number
  }

  at(index: number): Uint8Array {
    return this.bytes.subarray(this.start(index), this.end(index))
  }

  /** Equal for equal labels. */
  key(index: number): string {
    return this.bytes.toString('latin1', this.start(index), this.end(index))
  }

  add(labels: string | Uint8Array): void {
    const start = this.start(this.count)
    const size = Buffer.byteLength(labels)
    if (start + size > this.bytes.length) this.#resize(Math.ceil((start + size) * growth))
    if (typeof labels === 'string') this.bytes.write(labels, start, 'utf8')
    else this.bytes.set(labels, start)
    this.count++
    if (this.count === this.#starts.length) {
      const grown = new Uint32Array(Math.ceil(this.count * growth) + 4)
      grown.set(this.#starts)
      this.#starts = grown
    }
    this.#starts[this.count] = start + size
  }

  /** Forgets all but the first ones. */
  truncate(count: number): void {
    this.count = Math.min(this.count, count)
    const used = this.start(this.count)
    if (used * 2 < this.bytes.length) this.#resize(Math.ceil(used * growth))
    if (this.count * 2 + 4 < this.#starts.length) this.#starts = this.#starts.slice(0, this.count + 4)
  }

  #resize(size: number): void {
    // Not from the pool, which would keep eight kilobytes for the least of them.
    const resized = size === 0 ? none : Buffer.allocUnsafeSlow(size)
    this.bytes.copy(resized, 0, 0, this.start(this.count))
    this.bytes = resized
  }
}

/** Little room is kept for more: series come once and stay. */
const growth = 1.125

const none = Buffer.alloc(0)
