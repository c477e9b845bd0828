import { randomInt } from 'node:crypto'
import { createRandom as createSource } from '../../../src/demo/random.ts'

/** A sequence of random choices that its seed determines; set E2E_SEED to see a failure again. */
export interface Random {
  readonly seed: number
  /** A whole number from 0 up to, and without, `limit`. */
  below(limit: number): number
  pick<Item>(items: readonly Item[]): Item
}

export function createRandom(seed = Number(process.env.E2E_SEED || randomInt(2 ** 31))): Random {
  const { int, pick } = createSource(String(seed))
  return { seed, below: int, pick }
}
