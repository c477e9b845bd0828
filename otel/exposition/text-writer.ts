import type { LabelStore } from './label-store.ts'

/** Writes text as bytes, a piece after the other. What it is used for most it does without making strings. */
export class TextWriter {
  /** Where the next character goes, in the piece that is being written. */
  position = 0
  /** Which piece that is. */
  piece = 0
  #bytes: Buffer
  readonly #done: Uint8Array[] = []

  constructor(size = firstPiece) {
    this.#bytes = Buffer.allocUnsafe(size)
  }

  /** Makes room for so many bytes in one piece; `raw`, `again`, `labels` and `number` need it beforehand. */
  reserve(size: number): void {
    if (this.position + size <= this.#bytes.length) return
    this.#finishPiece()
    this.#bytes = Buffer.allocUnsafe(Math.max(pieceSize, size))
  }

  /** Writes few bytes, such as names. */
  raw(bytes: Uint8Array): void {
    const to = this.#bytes
    let position = this.position
    for (let i = 0; i < bytes.length; i++) to[position++] = bytes[i] as number
    this.position = position
  }

  /** Writes the labels of a series. */
  labels(store: LabelStore, index: number): void {
    const end = store.end(index)
    this.position += store.bytes.copy(this.#bytes, this.position, store.start(index), end)
  }

  /** Writes once more what has been written of this piece. */
  again(from: number, to: number): void {
    this.#bytes.copyWithin(this.position, from, to)
    this.position += to - from
  }

  /** Writes a value so that every format reads it back exactly, negative zero included. */
  number(value: number): void {
    if (value > 0 && value <= largestFast && (value | 0) === value) this.#whole(value)
    else {
      const text = textNumber(value)
      for (let i = 0; i < text.length; i++) this.#bytes[this.position++] = text.charCodeAt(i)
    }
  }

  /** Writes any text; makes the room for it itself. */
  text(text: string): void {
    if (text === '') return
    this.reserve(text.length * 3)
    this.position += this.#bytes.write(text, this.position, 'utf8')
  }

  /** Hands over all that has been written. */
  finish(): Uint8Array[] {
    this.#finishPiece()
    return this.#done
  }

  #finishPiece(): void {
    if (this.position > 0) this.#done.push(this.#bytes.subarray(0, this.position))
    this.#bytes = this.#bytes.subarray(this.position)
    this.position = 0
    this.piece++
  }

  #whole(value: number): void {
    let size = 1
    for (let limit = 10; value >= limit; limit *= 10) size++
    this.position += size
    let rest = value
    for (let at = this.position - 1; size > 0; size--) {
      const tenth = (rest / 10) | 0
      this.#bytes[at--] = zero + rest - tenth * 10
      rest = tenth
    }
  }
}

export function textNumber(value: number): string {
  if (value === Infinity) return '+Inf'
  if (value === -Infinity) return '-Inf'
  return Object.is(value, -0) ? '-0' : String(value)
}

/** Room that any number fits in. */
export const numberRoom = 32

const firstPiece = 1 << 13
const pieceSize = 1 << 17
const largestFast = 0x7fffffff
const zero = 48
