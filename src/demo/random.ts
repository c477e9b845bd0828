import { createHash, randomBytes } from 'node:crypto'

/** A source of chance. The same seed gives the same choices. */
export interface Random {
  /** A number from 0 up to, not including, 1. */
  next(): number
  /** A whole number from 0 up to, not including, `bound`. */
  int(bound: number): number
  /** One of `choices`, each as likely as the others. */
  pick<T>(choices: readonly T[]): T
  bytes(count: number): Uint8Array
}

/** @param seed any text; without it each source is its own. */
export function createRandom(seed?: string): Random {
  const digest = createHash('sha256')
    .update(seed ?? randomBytes(32))
    .digest()
  let a = digest.readUInt32LE(0)
  let b = digest.readUInt32LE(4)
  let c = digest.readUInt32LE(8)
  let counter = digest.readUInt32LE(12)

  // sfc32: small, fast, and long enough in period for a network that runs for years.
  const word = () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return sum >>> 0
  }
  const next = () => word() / 0x1_0000_0000
  const int = (bound: number) => Math.floor(next() * bound)
  return {
    next,
    int,
    pick: (choices) => {
      if (choices.length === 0) throw new RangeError('nothing to pick from')
      return choices[int(choices.length)] as (typeof choices)[number]
    },
    bytes: (count) => Uint8Array.from({ length: count }, () => word() & 0xff),
  }
}
