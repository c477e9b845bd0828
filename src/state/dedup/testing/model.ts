import assert from 'node:assert/strict'
import { createRandom } from '../../../demo/random.ts'
import type { OpenDedup } from '../dedup.conformance.ts'

/**
 * Claims, releases, dies and lets time pass at random, and compares with the plainest list of keys that there can be.
 * A process that dies forgets how long it has been running since the last claim: the model does, too.
 */
export async function compareWithModel(open: OpenDedup, seed: number, steps = 300): Promise<void> {
  const { next: random } = createRandom(String(seed))
  const below = (n: number) => Math.floor(random() * n)
  let processMs = below(100_000)
  const opened = await open({ elapsed: () => processMs })
  let { dedup } = opened
  const ends = new Map<string, number>()
  const running = { ms: 0, savedMs: 0 }
  const pass = (ms: number) => {
    processMs += ms
    running.ms += ms
  }
  const name = () => ({ scope: `s${below(2)}`, key: `k${below(15)}` })
  const isClaimed = (id: string) => (ends.get(id) ?? 0) > running.ms

  const actions: (() => Promise<unknown>)[] = [
    async () => {
      const { scope } = name()
      const keys = Array.from({ length: below(4) }, () => name().key)
      const windowMs = 1 + below(200)
      const expected = keys.map((key) => {
        if (isClaimed(`${scope} ${key}`)) return false
        ends.set(`${scope} ${key}`, running.ms + windowMs)
        return true
      })
      assert.deepEqual(await dedup.claim(scope, keys, windowMs), expected)
      running.savedMs = running.ms
    },
    async () => {
      const { scope, key } = name()
      await dedup.release(scope, [key])
      ends.delete(`${scope} ${key}`)
    },
    async () => pass(below(60)),
    async () => {
      if (random() < 0.6) return
      processMs = below(100_000)
      dedup = await opened.reopen()
      running.ms = running.savedMs
    },
  ]
  for (let step = 0; step < steps; step++) {
    await actions[below(actions.length)]?.()
    for (const scope of ['s0', 's1']) {
      const keys = Array.from({ length: 15 }, (_, i) => `k${i}`)
      const expected = keys.map((key) => isClaimed(`${scope} ${key}`))
      assert.deepEqual(await dedup.has(scope, keys), expected, `step ${step}`)
    }
    const live = ends.values().filter((ms) => ms > running.ms)
    const { keys, dropped } = await dedup.totals()
    assert.ok(keys >= [...live].length && keys <= ends.size, `step ${step}`)
    assert.equal(dropped, 0)
  }
}
