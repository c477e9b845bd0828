import { randomInt } from 'node:crypto'

/** A sequence of random choices that its seed determines; set E2E_SEED to see a failure again. */
export interface Random {
  readonly seed: number
  /** A whole number from 0 up to, and without, `limit`. */
  below(limit: number): number
  pick<Item>(items: readonly Item[]): Item
}

export function createRandom(seed = Number(process.env.E2E_SEED || randomInt(2 ** 31))): Random {
  let state = seed
  const below = (limit: number) => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit)
  }
  return { seed, below, pick: (items) => items[below(items.length)] as (typeof items)[number] }
}
