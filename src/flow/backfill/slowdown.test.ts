import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Slowdown } from './slowdown.ts'

describe('a repo that falls out of sync again and again', () => {
  it('has its turn at once, then after pauses that double up to the longest', () => {
    let nowMs = 1_000_000
    const slowdown = new Slowdown({ now: () => nowMs, firstMs: 5, maxMs: 60 })
    const pauses: number[] = []
    for (let time = 0; time < 8; time++) {
      const dueMs = slowdown.next('did:plc:a')
      pauses.push(dueMs - nowMs)
      nowMs = dueMs + 1
    }
    assert.deepEqual(pauses, [0, 4, 9, 19, 39, 59, 59, 59])
  })

  it('does not wait longer because it is told several times before its turn', () => {
    const slowdown = new Slowdown({ now: () => 1_000_000 })
    slowdown.next('did:plc:a')
    const dueMs = slowdown.next('did:plc:a')
    assert.equal(slowdown.next('did:plc:a'), dueMs)
    assert.equal(dueMs, 1_005_000)
  })

  it('begins anew once it was left in peace', () => {
    let nowMs = 1_000_000
    const slowdown = new Slowdown({ now: () => nowMs })
    slowdown.next('did:plc:a')
    nowMs = slowdown.next('did:plc:a') + 60_001
    assert.equal(slowdown.next('did:plc:a'), nowMs)
  })

  it('holds up no other repo', () => {
    const slowdown = new Slowdown({ now: () => 5 })
    slowdown.next('did:plc:a')
    slowdown.next('did:plc:a')
    assert.equal(slowdown.next('did:plc:b'), 5)
  })

  it('remembers a bounded number of repos, those that came last', () => {
    const slowdown = new Slowdown({ now: () => 5, maxEntries: 2 })
    for (const did of ['did:plc:a', 'did:plc:b', 'did:plc:a', 'did:plc:c'] as const) slowdown.next(did)
    assert.equal(slowdown.next('did:plc:b'), 5)
    assert.notEqual(slowdown.next('did:plc:c'), 5)
  })
})
