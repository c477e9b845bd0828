import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createRandom } from '../../demo/random.ts'
import { History } from './testing/history.ts'
import { MemoryWorld } from './testing/memory-world.ts'
import { SqliteWorld } from './testing/sqlite-world.ts'
import type { World } from './testing/world.ts'

/** `TIDEGAUGE_HISTORIES=100000` lives through more, `TIDEGAUGE_HISTORY=memory-17` through one alone. */
const inMemory = Number(process.env.TIDEGAUGE_HISTORIES ?? 10_000)
const only = process.env.TIDEGAUGE_HISTORY
const worlds: readonly (readonly [name: string, open: () => World, histories: number])[] = [
  ['memory', () => new MemoryWorld(), inMemory],
  ['sqlite', () => new SqliteWorld(), 300],
]
/** In parts, each well within the time that a test has. */
const partSize = 1000

for (const [name, open, histories] of worlds)
  for (let first = 0; first < histories; first += partSize) {
    const last = Math.min(first + partSize, histories) - 1
    it(`what is synced is what the host had, in histories ${first} to ${last} kept in ${name}`, async () => {
      for (let number = first; number <= last; number++) {
        const seed = `${name}-${number}`
        if (only === undefined || only === seed) await liveThrough(seed, open)
      }
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
