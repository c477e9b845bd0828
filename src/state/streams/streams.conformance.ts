import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { StreamEntry, Streams } from './streams.ts'

/** What streams must do. `open` gives empty ones; `reopen` the same again, as after the end of the process. */
export function streamsConformance(
  open: () => Promise<{ streams: Streams; reopen: () => Promise<Streams> }>,
): void {
  describe('a stream', () => {
    it('delivers its entries to each group once, in order, at most as many as asked for', async () => {
      const { streams } = await open()
      await streams.append(stream, payloads(1, 5))
      for (const group of ['one', 'two']) {
        assert.deepEqual(numbers(await streams.read(stream, group, 2)), [1, 2])
        assert.deepEqual(numbers(await streams.read(stream, group, 9)), [3, 4, 5])
        assert.deepEqual(await streams.read(stream, group, 9), [])
      }
      await streams.append(stream, payloads(6, 7))
      assert.deepEqual(numbers(await streams.read(stream, 'one', 9)), [6, 7])
    })

    it('keeps itself apart from others', async () => {
      const { streams } = await open()
      await streams.append(stream, payloads(1, 2))
      await streams.append('other', payloads(10, 12))
      assert.deepEqual(numbers(await streams.read('other', 'one', 9)), [10, 11, 12])
      assert.deepEqual(numbers(await streams.read(stream, 'one', 9)), [1, 2])
      assert.equal(await streams.length('never written'), 0)
    })

    it('takes empty entries and none at all', async () => {
      const { streams } = await open()
      await streams.append(stream, [])
      await streams.append(stream, [new Uint8Array()])
      const entries = await streams.read(stream, 'one', 9)
      assert.deepEqual(
        entries.map(({ payload }) => payload.length),
        [0],
      )
    })

    it('delivers again what was not acknowledged when it is reopened', async () => {
      const { streams, reopen } = await open()
      await streams.append(stream, payloads(1, 5))
      const [, second] = await streams.read(stream, 'one', 4)
      await streams.acknowledge(stream, 'one', idOf(second))
      assert.deepEqual(numbers(await (await reopen()).read(stream, 'one', 9)), [3, 4, 5])
    })

    it('is trimmed only below what every group has acknowledged', async () => {
      const { streams } = await open()
      await streams.append(stream, payloads(1, 6))
      const all = await streams.read(stream, 'fast', 9)
      await streams.read(stream, 'slow', 9)
      await streams.acknowledge(stream, 'fast', idOf(all[4]))
      assert.equal(await streams.length(stream), 6)
      await streams.acknowledge(stream, 'slow', idOf(all[1]))
      assert.equal(await streams.length(stream), 4)
      assert.deepEqual(numbers(await streams.read(stream, 'late', 9)), [3, 4, 5, 6])
      await streams.acknowledge(stream, 'slow', idOf(all[5]))
      assert.equal(await streams.length(stream), 4)
    })

    it('is not trimmed below a group that has only begun to read, also when it is reopened', async () => {
      const { streams, reopen } = await open()
      await streams.append(stream, payloads(1, 3))
      const all = await streams.read(stream, 'one', 9)
      await streams.read(stream, 'two', 1)
      const again = await reopen()
      await again.acknowledge(stream, 'one', idOf(all[2]))
      assert.deepEqual(numbers(await again.read(stream, 'two', 9)), [1, 2, 3])
    })

    it('counts what a group still has to acknowledge', async () => {
      const { streams } = await open()
      await streams.append(stream, payloads(1, 5))
      assert.equal(await streams.pending(stream, 'one'), 5)
      const all = await streams.read(stream, 'one', 9)
      assert.equal(await streams.pending(stream, 'one'), 5)
      await streams.acknowledge(stream, 'one', idOf(all[2]))
      assert.equal(await streams.pending(stream, 'one'), 2)
      assert.equal(await streams.pending(stream, 'new'), 2)
    })

    it('takes an acknowledgement that comes late or twice without effect', async () => {
      const { streams } = await open()
      await streams.append(stream, payloads(1, 5))
      const all = await streams.read(stream, 'one', 9)
      for (const place of [3, 3, 1]) await streams.acknowledge(stream, 'one', idOf(all[place]))
      assert.equal(await streams.pending(stream, 'one'), 1)
      assert.equal(await streams.length(stream), 1)
    })

    it('tells the number of its last entry, also when nothing was appended', async () => {
      const { streams, reopen } = await open()
      assert.equal(await streams.append(stream, []), 0)
      const last = await streams.append(stream, payloads(1, 3))
      assert.equal(await streams.append('other', payloads(1, 1)), 1)
      assert.equal(await (await reopen()).append(stream, []), last)
      const entries = await streams.read(stream, 'one', 9)
      assert.equal(idOf(entries[2]), last)
    })

    it('never gives a number twice, even if it was emptied and reopened', async () => {
      const { streams, reopen } = await open()
      await streams.append(stream, payloads(1, 3))
      const before = await streams.read(stream, 'one', 9)
      await streams.acknowledge(stream, 'one', idOf(before[2]))
      const again = await reopen()
      await again.append(stream, payloads(4, 4))
      const [after] = await again.read(stream, 'one', 9)
      assert.ok(idOf(after) > idOf(before[2]))
    })
  })

  describe('a cursor', () => {
    it('is kept per host, moves with what is appended, and may go back', async () => {
      const { streams, reopen } = await open()
      assert.equal(await streams.cursor('a.test'), undefined)
      await streams.append(stream, payloads(1, 1), {
        host: 'a.test',
        seq: 2 ** 40,
        timeMs: 1_700_000_000_123,
      })
      await streams.append(stream, [], { host: 'b.test', seq: 7 })
      await streams.append(stream, payloads(2, 2))
      const again = await reopen()
      const moved = { host: 'a.test', seq: 2 ** 40, timeMs: 1_700_000_000_123 }
      assert.deepEqual(await again.cursor('a.test'), moved)
      assert.deepEqual(await again.cursor('b.test'), { host: 'b.test', seq: 7 })
      await again.append(stream, [], { host: 'a.test', seq: 3 })
      assert.deepEqual(await again.cursor('a.test'), { host: 'a.test', seq: 3 })
    })

    it('stays where it is when the entries cannot be appended', async () => {
      const { streams } = await open()
      await streams.append(stream, payloads(1, 1), { host: 'a.test', seq: 1 })
      const spoiled = [...payloads(2, 3), null as unknown as Uint8Array]
      await assert.rejects(streams.append(stream, spoiled, { host: 'a.test', seq: 3 }))
      assert.equal((await streams.cursor('a.test'))?.seq, 1)
      assert.equal(await streams.length(stream), 1)
      await streams.append(stream, payloads(4, 4), { host: 'a.test', seq: 4 })
      assert.deepEqual(numbers(await streams.read(stream, 'one', 9)), [1, 4])
    })
  })

  describe('waiting', () => {
    it('for something to read ends when it is appended', async () => {
      const { streams } = await open()
      const waiting = settled(streams.readable(stream, 'one'))
      await setImmediate()
      assert.equal(waiting.isSettled, false)
      await streams.append('other', payloads(1, 1))
      await setImmediate()
      assert.equal(waiting.isSettled, false)
      await streams.append(stream, payloads(1, 1))
      await waiting.promise
      await streams.readable(stream, 'one')
    })

    it('for room ends when enough is acknowledged', async () => {
      const { streams } = await open()
      await streams.drained(stream, 1)
      await streams.append(stream, payloads(1, 4))
      const all = await streams.read(stream, 'one', 9)
      const waiting = settled(streams.drained(stream, 3))
      await streams.acknowledge(stream, 'one', idOf(all[0]))
      await setImmediate()
      assert.equal(waiting.isSettled, false)
      await streams.acknowledge(stream, 'one', idOf(all[1]))
      await waiting.promise
    })

    it('for an acknowledgement ends when that group has acknowledged as much', async () => {
      const { streams, reopen } = await open()
      await streams.append(stream, payloads(1, 3))
      const all = await streams.read(stream, 'one', 9)
      await streams.read(stream, 'two', 9)
      const waiting = settled(streams.acknowledged(stream, 'one', idOf(all[1])))
      for (const [group, place] of [
        ['two', 2],
        ['one', 0],
      ] as const) {
        await streams.acknowledge(stream, group, idOf(all[place]))
        await setImmediate()
        assert.equal(waiting.isSettled, false)
      }
      await streams.acknowledge(stream, 'one', idOf(all[2]))
      await waiting.promise
      await (await reopen()).acknowledged(stream, 'one', idOf(all[2]))
    })

    it('for an acknowledgement begins before the entry and its group are there', async () => {
      const { streams } = await open()
      const waiting = settled(streams.acknowledged(stream, 'one', 1))
      const id = await streams.append(stream, payloads(1, 1))
      await setImmediate()
      assert.equal(waiting.isSettled, false)
      await streams.acknowledge(stream, 'one', id)
      await waiting.promise
    })

    it('ends when its signal aborts', async () => {
      const { streams } = await open()
      await streams.append(stream, payloads(1, 1))
      await streams.read(stream, 'one', 9)
      for (const wait of [
        (signal: AbortSignal) => streams.readable(stream, 'one', signal),
        (signal: AbortSignal) => streams.drained(stream, 1, signal),
        (signal: AbortSignal) => streams.acknowledged(stream, 'one', 1, signal),
      ]) {
        const stop = new AbortController()
        const waiting = settled(wait(stop.signal))
        await setImmediate()
        assert.equal(waiting.isSettled, false)
        stop.abort()
        await waiting.promise
        await wait(stop.signal)
      }
    })
  })
}

const stream = 'some_stream'

function payloads(from: number, to: number): readonly Uint8Array[] {
  return Array.from({ length: to - from + 1 }, (_, i) => Buffer.from(String(from + i)))
}

function numbers(entries: readonly StreamEntry[]): readonly number[] {
  return entries.map(({ payload }) => Number(Buffer.from(payload).toString()))
}

function idOf(entry: StreamEntry | undefined): number {
  assert.ok(entry, 'there is an entry')
  return entry.id
}

function settled(promise: Promise<void>): { readonly promise: Promise<void>; isSettled: boolean } {
  const state = { promise, isSettled: false }
  promise.then(() => {
    state.isSettled = true
  })
  return state
}
