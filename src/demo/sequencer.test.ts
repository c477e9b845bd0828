import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Did } from '../model/did.ts'
import type { Message } from '../net/repo/frames.ts'
import { openDatabase, transact } from './database.ts'
import { Sequencer } from './sequencer.ts'
import { decodeFrame } from './testing/follower.ts'

const message = (name: string): Message => ({ type: '#identity', body: { did: `did:plc:${name}` as Did } })

function createSequencer(keepEvents: number) {
  const database = openDatabase(':memory:')
  const open = () => new Sequencer({ database, keepEvents, now: () => 0 })
  const sequencer = open()
  const append = (count: number) => {
    const { settle } = transact(database, () =>
      sequencer.append(Array.from({ length: count }, () => message('a'))),
    )
    settle()
  }
  return { database, sequencer, append, open }
}

describe('Sequencer', () => {
  it('numbers events from 1 on without a gap, over restarts too', async () => {
    const { append, open, sequencer } = createSequencer(100)
    assert.deepEqual([sequencer.oldest, sequencer.last], [1, 0])
    append(3)
    const again = open()
    assert.deepEqual([again.oldest, again.last], [1, 3])
    assert.deepEqual(
      (await again.after(0, 10)).map(({ seq, frame }) => [seq, decodeFrame(frame).seq]),
      [
        [1, 1],
        [2, 2],
        [3, 3],
      ],
    )
    assert.deepEqual(
      (await again.after(1, 1)).map(({ seq }) => seq),
      [2],
    )
  })

  it('does not show an event before its transaction is on disk', async () => {
    const { database, sequencer } = createSequencer(100)
    const { frames, settle } = transact(database, () => sequencer.append([message('a')]))
    assert.equal(frames[0]?.seq, 1)
    assert.equal(sequencer.last, 0)
    settle()
    assert.equal(sequencer.last, 1)
  })

  it('gives the number of an event that did not come to disk to the next', async () => {
    const { database, sequencer, append } = createSequencer(100)
    append(1)
    assert.throws(() =>
      transact(database, () => {
        sequencer.append([message('lost')])
        throw new Error('disk full')
      }),
    )
    append(1)
    assert.deepEqual(
      (await sequencer.after(0, 10)).map(({ seq }) => seq),
      [1, 2],
    )
  })

  it('keeps the newest events, and a tenth more at most', async () => {
    const { database, sequencer, append } = createSequencer(50)
    for (let round = 0; round < 100; round++) {
      append(1 + (round % 7))
      const kept = await sequencer.after(0, 1000)
      assert.equal(kept[0]?.seq, sequencer.oldest)
      assert.equal(kept.at(-1)?.seq, sequencer.last)
      assert.ok(kept.length <= 55)
      assert.ok(kept.length >= Math.min(sequencer.last, 50))
    }
    assert.equal(new Sequencer({ database, keepEvents: 50, now: () => 0 }).oldest, sequencer.oldest)
  })
})
