import { isUtf8 } from 'node:buffer'
import { cidLength, isCidAt } from './cid.ts'
import { Rejection } from './rejection.ts'

/** Deepest nesting of arrays and maps that is accepted; also what keeps the recursion below short. */
export const maxDepth = 64

/**
 * Checks that one value of DAG-CBOR stands at `start` in the one form that AT Protocol allows: shortest
 * numbers, keys sorted and unique, definite lengths, no floats, no tags but links, valid UTF-8.
 * Nothing is built, so that the bytes are safe to hand to a lenient decoder afterwards.
 *
 * @returns the offset after the value.
 * @throws {Rejection} `decode`, `canonical` or `depth`
 */
export function scan(bytes: Uint8Array, start: number): number {
  const scanner = new Scanner(bytes, start)
  scanner.value(0)
  return scanner.position
}

/** Checks, as `scan` does, that `bytes` are one value and nothing else. */
export function checkCanonical(bytes: Uint8Array): void {
  if (scan(bytes, 0) !== bytes.length) throw new Rejection('decode', 'bytes after the end of a value')
}

class Scanner {
  readonly #bytes: Uint8Array
  position: number

  constructor(bytes: Uint8Array, position: number) {
    this.#bytes = bytes
    this.position = position
  }

  value(depth: number): void {
    const initial = this.#byte()
    const info = initial & 31
    switch (initial >> 5) {
      case 0:
        this.#integer(info, Number.MAX_SAFE_INTEGER)
        return
      case 1:
        // The number is -1 - argument, which must be a safe integer too.
        this.#integer(info, Number.MAX_SAFE_INTEGER - 1)
        return
      case 2:
        this.#skip(this.#length(info))
        return
      case 3:
        this.#text(this.#length(info))
        return
      case 4:
        this.#array(this.#length(info), depth + 1)
        return
      case 5:
        this.#map(this.#length(info), depth + 1)
        return
      case 6:
        this.#link(this.#argument(info))
        return
      default:
        this.#simple(info)
    }
  }

  #array(length: number, depth: number): void {
    this.#enter(depth)
    for (let index = 0; index < length; index++) this.value(depth)
  }

  #map(length: number, depth: number): void {
    this.#enter(depth)
    let previous = 0
    let previousLength = -1
    for (let index = 0; index < length; index++) {
      const initial = this.#byte()
      if (initial >> 5 !== 3) throw notCanonical('a key that is not text')
      const keyLength = this.#length(initial & 31)
      const key = this.position
      this.#text(keyLength)
      if (previousLength >= 0 && !this.#ascends(previous, previousLength, key, keyLength))
        throw notCanonical('keys unsorted or repeated')
      previous = key
      previousLength = keyLength
      this.value(depth)
    }
  }

  /** A huge length needs no check: nothing is allocated for it, and the bytes end soon. */
  #enter(depth: number): void {
    if (depth > maxDepth) throw new Rejection('depth', `nested deeper than ${maxDepth} levels`)
  }

  #link(tag: number): void {
    if (tag !== 42) throw notCanonical(`tag ${tag}`)
    // 37 bytes: a zero byte, then the binary CID.
    if (this.#byte() !== 0x58 || this.#byte() !== 37 || this.#byte() !== 0)
      throw notCanonical('a link that does not hold a CID')
    const cid = this.position
    this.#skip(cidLength)
    if (!isCidAt(this.#bytes, cid)) throw notCanonical('a link to a kind of CID that is not allowed')
  }

  #text(length: number): void {
    const start = this.position
    this.#skip(length)
    const bytes = this.#bytes
    for (let index = start; index < this.position; index++) {
      if ((bytes[index] as number) < 0x80) continue
      if (!isUtf8(bytes.subarray(index, this.position)))
        throw new Rejection('decode', 'text that is not UTF-8')
      return
    }
  }

  /** Keys are in order when shorter ones come first, and those of one length by their bytes. */
  #ascends(left: number, leftLength: number, right: number, rightLength: number): boolean {
    if (leftLength !== rightLength) return leftLength < rightLength
    for (let index = 0; index < leftLength; index++) {
      const difference = (this.#bytes[right + index] as number) - (this.#bytes[left + index] as number)
      if (difference !== 0) return difference > 0
    }
    return false
  }

  #simple(info: number): void {
    if (info >= 28) throw new Rejection('decode', 'a byte that begins no value')
    if (info < 20 || info > 22) throw notCanonical('a float, undefined or unassigned simple value')
  }

  #integer(info: number, largest: number): void {
    if (this.#argument(info) > largest) throw notCanonical('an integer beyond 53 bits')
  }

  #length(info: number): number {
    if (info === 31) throw notCanonical('an indefinite length')
    return this.#argument(info)
  }

  /** Loses precision beyond 53 bits, which no caller accepts anyway. */
  #argument(info: number): number {
    if (info < 24) return info
    if (info > 27) throw new Rejection('decode', 'a byte that begins no value')
    const width = 1 << (info - 24)
    let argument = 0
    for (let index = 0; index < width; index++) argument = argument * 256 + this.#byte()
    if (argument < (smallest[info - 24] as number)) throw notCanonical('a number longer than needed')
    return argument
  }

  #byte(): number {
    const byte = this.#bytes[this.position++]
    if (byte === undefined) throw truncated()
    return byte
  }

  #skip(length: number): void {
    this.position += length
    if (this.position > this.#bytes.length) throw truncated()
  }
}

/** The smallest number that needs 1, 2, 4 and 8 bytes. */
const smallest = [24, 0x100, 0x1_0000, 0x1_0000_0000]

const notCanonical = (what: string) => new Rejection('canonical', `not canonical: ${what}`)

const truncated = () => new Rejection('decode', 'the bytes end within a value')
