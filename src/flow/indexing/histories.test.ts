import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createRandom } from '../../demo/random.ts'
import { History } from './testing/history.ts'
import { MemoryWorld } from './testing/memory-world.ts'
import { SqliteWorld } from './testing/sqlite-world.ts'
import type { World } from './testing/world.ts'

/** `TIDEGAUGE_HISTORIES=100000` lives through more, `TIDEGAUGE_HISTORY=memory-17` through one alone. */
const worlds: readonly (readonly [name: string, open: () => World, histories: number])[] = [
  ['memory', () => new MemoryWorld(), 10_000],
  ['sqlite', () => new SqliteWorld(), 300],
]

for (const [name, open, histories] of worlds) {
  it(`what is synced is what the host had, in ${histories} histories kept in ${name}`, async () => {
    const only = process.env.TIDEGAUGE_HISTORY
    const count = name === 'memory' ? Number(process.env.TIDEGAUGE_HISTORIES ?? histories) : histories
    const seeds = Array.from({ length: count }, (_, i) => `${name}-${i}`)
    for (const seed of seeds) if (only === undefined || only === seed) await liveThrough(seed, open)
  })
}

async function liveThrough(seed: string, open: () => World): Promise<void> {
  using world = open()
  const random = createRandom(seed)
  const history = new History(world, random)
  try {
    await history.live(10 + random.int(40))
    await history.settle()
  } catch (error) {
    assert.fail(`the history ${seed}: ${(error as Error).stack}\n${history.report}`)
  }
}
