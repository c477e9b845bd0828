import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createRandom } from '../../demo/random.ts'
import type { Lane } from './lane.ts'
import { LaneHeap } from './lane-heap.ts'

it('knows of many lanes which one wakes first, whatever comes and goes', () => {
  const random = createRandom('lanes')
  const heap = new LaneHeap()
  const lanes = Array.from({ length: 60 }, (_, id): Lane => {
    return { id, priority: 0, group: `g${id % 9}`, after: { dueMs: 0, id: 0 }, nextDueMs: 0, wakeMs: 0 }
  })
  const inside = new Set<Lane>()
  const first = (of: readonly Lane[]) => Math.min(...of.map(({ wakeMs }) => wakeMs))
  for (let step = 0; step < 5000; step++) {
    const lane = random.pick(lanes)
    heap.delete(lane)
    inside.delete(lane)
    if (random.next() < 0.6) {
      lane.wakeMs = random.int(100)
      heap.put(lane)
      inside.add(lane)
    }
    assert.equal(heap.first?.wakeMs ?? Number.POSITIVE_INFINITY, first([...inside]))
    const leftOut = new Set(Array.from({ length: random.int(9) }, () => `g${random.int(9)}`))
    const counted = [...inside].filter(({ group }) => !leftOut.has(group))
    assert.equal(
      heap.wakeMs(({ group }) => leftOut.has(group)),
      first(counted),
    )
  }
})
