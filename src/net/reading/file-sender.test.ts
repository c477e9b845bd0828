import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FileSender } from './file-sender.ts'
import type { ToWorker } from './messages.ts'

describe('sending a file to a thread', () => {
  function createSender() {
    const messages: ToWorker[] = []
    const sender = new FileSender({ job: 7, post: (message) => messages.push(structuredClone(message)) })
    const sent = () =>
      messages.flatMap((message) => (message.type === 'bytes' ? [Buffer.from(message.bytes)] : []))
    return { messages, sender, sent }
  }

  it('puts small chunks together and takes large ones apart', async () => {
    const { messages, sender, sent } = createSender()
    const chunks = [1, 0, 30_000, 70_000, 65_536, 5].map((size, index) => Buffer.alloc(size, index + 1))
    await sender.send(from(chunks))
    assert.deepEqual(Buffer.concat(sent()), Buffer.concat(chunks))
    assert.deepEqual(
      sent().map(({ length }) => length),
      [65_536, 65_536, 34_470],
    )
    assert.deepEqual(messages.at(-1), { type: 'end', job: 7 })
  })

  it('sends an end where there is nothing else', async () => {
    const { messages, sender } = createSender()
    await sender.send(from([]))
    assert.deepEqual(messages, [{ type: 'end', job: 7 }])
  })

  it('takes no more chunks than memory comes back for', async () => {
    const { sender, sent } = createSender()
    let taken = 0
    async function* chunks() {
      while (taken < 40) {
        taken++
        yield Buffer.alloc(65_536, taken)
      }
    }
    const sending = sender.send(chunks())
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(sent().length, 8)
    assert.equal(taken, 9)
    for (let count = 9; count <= 40; count++) {
      sender.return(new ArrayBuffer(65_536))
      await new Promise((resolve) => setImmediate(resolve))
      assert.equal(sent().length, count)
    }
    await sending
    assert.deepEqual(
      sent().map(([first]) => first),
      Array.from({ length: 40 }, (_, index) => index + 1),
    )
  })

  it('lets go of the chunks when it is stopped, whatever it waits for', async () => {
    for (const isFull of [true, false]) {
      const { messages, sender } = createSender()
      const next = Promise.withResolvers<void>()
      let isClosed = false
      async function* chunks() {
        try {
          yield Buffer.alloc(isFull ? 2 ** 20 : 5)
          await next.promise
          yield Buffer.alloc(5)
        } finally {
          isClosed = true
        }
      }
      const sending = sender.send(chunks())
      await new Promise((resolve) => setImmediate(resolve))
      sender.stop()
      await sending
      next.resolve()
      await new Promise((resolve) => setImmediate(resolve))
      assert.ok(isClosed)
      assert.ok(messages.every(({ type }) => type === 'bytes'))
    }
  })

  it('throws what the chunks throw', async () => {
    const { sender } = createSender()
    const broken = new Error('connection reset')
    async function* chunks() {
      yield Buffer.alloc(5)
      throw broken
    }
    await assert.rejects(sender.send(chunks()), broken)
  })
})

async function* from(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}
