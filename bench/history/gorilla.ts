/** A column as Facebook's Gorilla and Prometheus write values: the bits in which each differs from the one before. */
export function gorillaBits(values: Float64Array): Uint8Array {
  const bits = new Bits()
  const words = new BigUint64Array(values.buffer, values.byteOffset, values.length)
  let before = words[0] ?? 0n
  bits.write(before, 64)
  let [leading, trailing] = [-1, 0]
  for (const word of words.subarray(1)) {
    const changed = word ^ before
    before = word
    if (changed === 0n) {
      bits.write(0n, 1)
      continue
    }
    const text = changed.toString(2)
    const zeroes = Math.min(31, 64 - text.length)
    const end = text.length - text.lastIndexOf('1') - 1
    if (leading >= 0 && zeroes >= leading && end >= trailing) {
      bits.write(0b10n, 2)
      bits.write(changed >> BigInt(trailing), 64 - leading - trailing)
      continue
    }
    ;[leading, trailing] = [zeroes, end]
    bits.write(0b11n, 2)
    bits.write(BigInt(leading), 5)
    bits.write(BigInt(64 - leading - trailing) & 63n, 6)
    bits.write(changed >> BigInt(trailing), 64 - leading - trailing)
  }
  return bits.done()
}

class Bits {
  readonly #bytes: number[] = []
  #rest = 0
  #length = 0

  write(value: bigint, length: number): void {
    for (let bit = length - 1; bit >= 0; bit--) {
      this.#rest = (this.#rest << 1) | Number((value >> BigInt(bit)) & 1n)
      if (++this.#length < 8) continue
      this.#bytes.push(this.#rest)
      this.#rest = this.#length = 0
    }
  }

  done(): Uint8Array {
    if (this.#length > 0) this.write(0n, 8 - this.#length)
    return Uint8Array.from(this.#bytes)
  }
}
