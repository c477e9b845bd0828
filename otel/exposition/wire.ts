/** Writes the wire format of protocol buffers into a buffer that grows. */
export class WireWriter {
  length = 0
  #bytes: Buffer

  constructor(size = 256) {
    this.#bytes = Buffer.allocUnsafe(size)
  }

  /** A whole number that is not negative: counts, lengths, enums, and times since 1970. */
  uint(field: number, value: number): this {
    return this.#tag(field, 0).varint(value)
  }

  /** A whole number written in zigzag, which may be negative: `sint32` and `sint64`. */
  sint(field: number, value: number): this {
    return this.#tag(field, 0).varint(value < 0 ? -2 * value - 1 : 2 * value)
  }

  /** A whole number that may be negative, in two's complement: `int32` and `int64`. */
  int(field: number, value: number): this {
    if (value >= 0) return this.uint(field, value)
    this.#tag(field, 0)
    let rest = BigInt.asUintN(64, BigInt(value))
    this.#reserve(10)
    for (; rest >= 0x80n; rest >>= 7n) this.#bytes[this.length++] = Number(rest & 0x7fn) | 0x80
    this.#bytes[this.length++] = Number(rest)
    return this
  }

  /** A whole number in eight bytes: `fixed64` and `sfixed64`. */
  fixed64(field: number, value: bigint): this {
    this.#tag(field, 1)
    this.#reserve(8)
    this.length = this.#bytes.writeBigUInt64LE(BigInt.asUintN(64, value), this.length)
    return this
  }

  double(field: number, value: number): this {
    this.#tag(field, 1)
    this.#reserve(8)
    this.length = this.#bytes.writeDoubleLE(value, this.length)
    return this
  }

  string(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value, 'utf8'))
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#tag(field, 2).varint(value.length).raw(value)
  }

  /** A message: what `write` writes into the writer it gets. */
  message(field: number, write: (message: WireWriter) => void): this {
    const message = new WireWriter(64)
    write(message)
    return this.bytes(field, message.view())
  }

  /** Numbers in the compact form of repeated fields: zigzag, one after the other. */
  packedSint(field: number, values: readonly number[]): this {
    if (values.length === 0) return this
    return this.message(field, (message) => {
      for (const value of values) message.varint(value < 0 ? -2 * value - 1 : 2 * value)
    })
  }

  varint(value: number): this {
    this.#reserve(10)
    let rest = value
    while (rest >= 0x80) {
      this.#bytes[this.length++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.#bytes[this.length++] = rest
    return this
  }

  raw(value: Uint8Array): this {
    this.#reserve(value.length)
    this.#bytes.set(value, this.length)
    this.length += value.length
    return this
  }

  /** What has been written, valid until the next write. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.length)
  }

  /** Hands over what has been written, and begins anew. */
  take(): Uint8Array {
    const taken = Buffer.from(this.view())
    this.length = 0
    return taken
  }

  #tag(field: number, wireType: number): this {
    return this.varint(field * 8 + wireType)
  }

  #reserve(size: number): void {
    if (this.length + size <= this.#bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.length + size))
    grown.set(this.view())
    this.#bytes = grown
  }
}
