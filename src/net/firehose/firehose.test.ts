import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { WebSocket } from 'ws'
import { createLog } from '../../model/log.ts'
import { errorFrame, infoFrame } from '../repo/frames.ts'
import { Firehose } from './firehose.ts'
import { Harness, KnownKeys } from './testing/harness.ts'
import { TestRelay, type TestRelayOptions } from './testing/test-relay.ts'
import { anyFrame, createTestRepo, sentMs } from './testing/test-repo.ts'

const did = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa'

/** A relay with `count` events, and a firehose on it. */
async function setup(
  count: number,
  options: Partial<ConstructorParameters<typeof Harness>[0]> & TestRelayOptions = {},
) {
  const stack = new AsyncDisposableStack()
  const repo = await createTestRepo(did)
  const relay = stack.use(await TestRelay.start(options))
  const emit = async (...seqs: number[]) => {
    for (const seq of seqs) relay.emit(seq, await repo.createFrame(seq))
  }
  await emit(...Array.from({ length: count }, (_, index) => index + 1))
  const harness = stack.use(new Harness({ relay: relay.url, identity: new KnownKeys([repo]), ...options }))
  return { relay, repo, harness, emit, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

const seqs = (events: readonly { readonly seq: number }[]) => events.map(({ seq }) => seq)

describe('the firehose', () => {
  it('yields every event once and in order, and knows how far it has got', async () => {
    await using test = await setup(300, { maxBatchEvents: 7 })
    const events = await test.harness.until(300)
    assert.deepEqual(
      seqs(events),
      Array.from({ length: 300 }, (_, index) => index + 1),
    )
    const { firehose } = test.harness
    assert.deepEqual([firehose.connected, firehose.lastSeq, firehose.lastEventTimeMs], [true, 300, sentMs])
    assert.deepEqual(test.harness.counts('event'), { commit: 300 })
    assert.deepEqual(test.harness.counts('operation'), { create: 300 })
  })

  const starts = [
    { cursor: 0, sent: '0' },
    { cursor: 12, sent: '12' },
    { cursor: 'live', sent: null },
  ] as const
  for (const { cursor, sent } of starts) {
    it(`asks for what comes after the cursor ${cursor}`, async () => {
      await using test = await setup(0, { cursor })
      const next = test.harness.until(20)
      await once(test.relay.server, 'connection')
      await test.emit(20)
      assert.deepEqual(seqs(await next), [20])
      assert.deepEqual(test.relay.cursors, [sent])
    })
  }

  it('passes on identities and accounts', async () => {
    await using test = await setup(0)
    const time = new Date(sentMs).toISOString()
    test.relay.emit(1, anyFrame('#identity', { seq: 1, did, time, handle: 'a.example' }))
    test.relay.emit(2, anyFrame('#account', { seq: 2, did, time, active: false, status: 'takendown' }))
    assert.deepEqual(await test.harness.until(2), [
      { kind: 'identity', did, seq: 1, timeMs: sentMs, handle: 'a.example' },
      { kind: 'account', did, seq: 2, timeMs: sentMs, active: false, status: 'takendown' },
    ])
  })

  it('passes on the new state of a repo, when it is signed', async () => {
    await using test = await setup(0)
    const { repo, blocks, rev, commit } = await test.repo.commit()
    const time = new Date(sentMs).toISOString()
    test.relay.emit(1, anyFrame('#sync', { seq: 1, did: repo, time, rev, blocks }))
    const other = await createTestRepo(did, 'another key')
    const forged = await other.commit()
    test.relay.emit(2, anyFrame('#sync', { seq: 2, did: repo, time, rev: forged.rev, blocks: forged.blocks }))
    const data = test.repo.repo.head?.data
    const [synced, unverified] = await test.harness.until(2)
    assert.deepEqual(synced, { kind: 'sync', did, seq: 1, timeMs: sentMs, rev, data })
    assert.deepEqual([unverified?.kind, unverified?.seq], ['unverified', 2])
    assert.ok(commit)
  })

  it('closes the connection when its reader stops', async () => {
    await using test = await setup(1)
    await test.harness.until(1)
    const [socket] = test.relay.server.clients
    const closed = once(socket as WebSocket, 'close')
    await test.harness[Symbol.asyncDispose]()
    await closed
    assert.equal(test.harness.firehose.connected, false)
  })
})

describe('a lost connection', () => {
  it('is resumed after the last event, however often', async () => {
    await using test = await setup(3)
    await test.harness.until(3)
    for (let seq = 4; seq < 14; seq++) {
      test.relay.cut()
      await test.emit(seq)
      assert.deepEqual(seqs(await test.harness.until(seq)), [seq])
    }
    assert.deepEqual(test.relay.cursors, ['0', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12'])
    assert.equal(test.harness.count('reconnect'), 10)
    assert.equal(test.harness.count('failure connection'), 10)
    assert.equal(test.harness.count('failure connect'), 0)
  })

  it('is reopened when the relay has been away', async () => {
    await using test = await setup(3)
    await test.harness.until(3)
    const { port } = test.relay
    await test.relay[Symbol.asyncDispose]()
    const next = test.harness.until(4)
    await test.harness.reported('failure connect', 3)
    assert.equal(test.harness.firehose.connected, false)
    await using again = await TestRelay.start({ port })
    again.emit(4, await test.repo.createFrame(4))
    assert.deepEqual(seqs(await next), [4])
    assert.equal(test.harness.count('reconnect'), 1)
  })

  it('is reopened soon after it has brought something, and ever later while the relay is away', async () => {
    const waitsMs: number[] = []
    const sleep = async (ms: number) => {
      waitsMs.push(ms)
      await setImmediate()
    }
    await using test = await setup(1, { backoff: { firstMs: 1, maxMs: 8, jitter: 0, sleep } })
    for (let seq = 2; seq < 6; seq++) {
      await test.harness.until(seq - 1)
      test.relay.cut()
      await test.emit(seq)
    }
    await test.harness.until(5)
    await test.relay[Symbol.asyncDispose]()
    await test.harness.reported('failure connect', 5)
    assert.deepEqual(waitsMs.slice(0, 9), [1, 1, 1, 1, 1, 2, 4, 8, 8])
  })

  it('is noticed when the other side has fallen silent', async () => {
    await using test = await setup(1, { heartbeatMs: 20, autoPong: false })
    await test.harness.until(1)
    await test.harness.reported('reconnect', 2)
    await test.emit(2)
    assert.deepEqual(seqs(await test.harness.until(2)), [2])
  })

  it('is given up when nothing has come for ten seconds after a ping, of which there is one every ten seconds', async ({
    mock,
  }) => {
    mock.timers.enable({ apis: ['setInterval'] })
    await using test = await setup(1, { autoPong: false })
    await test.harness.until(1)
    const [socket] = test.relay.server.clients
    const ping = once(socket as WebSocket, 'ping')
    mock.timers.tick(10_000)
    await ping
    mock.timers.tick(9_999)
    await setImmediate()
    assert.deepEqual([test.harness.firehose.connected, test.harness.count('failure connection')], [true, 0])
    mock.timers.tick(1)
    await test.harness.reported('failure connection', 1)
    assert.equal(test.harness.firehose.connected, false)
  })

  it('is one that a quiet relay keeps alive', async () => {
    await using test = await setup(1, { heartbeatMs: 10 })
    await test.harness.until(1)
    const [socket] = test.relay.server.clients
    for (let ping = 0; ping < 5; ping++) await once(socket as WebSocket, 'ping')
    assert.equal(test.harness.count('failure connection'), 0)
  })
})

describe('what a relay says about the cursor', () => {
  it('makes the stream start over when the relay was reset', async () => {
    await using test = await setup(2, {
      cursor: 1000,
      onConnection: (socket, cursor, relay) => {
        if (cursor !== '1000') relay.replay(socket, cursor)
        else {
          socket.send(errorFrame('FutureCursor', 'Cursor in the future.'))
          socket.close()
        }
      },
    })
    assert.deepEqual(seqs(await test.harness.until(2)), [1, 2])
    assert.deepEqual(test.relay.cursors, ['1000', '0'])
    assert.deepEqual(test.harness.counts('reject'), { cursor: 1 })
    assert.deepEqual(test.harness.counts('gap'), { reset: 1 })
  })

  it('is no reset when the relay has nothing before our cursor either', async () => {
    await using test = await setup(0, {
      onConnection: (socket, cursor, relay) => {
        if (relay.cursors.length > 4) relay.replay(socket, cursor)
        else socket.send(errorFrame('FutureCursor', 'Cursor in the future.'))
      },
    })
    await test.emit(1)
    await test.harness.until(1)
    assert.deepEqual([test.harness.counts('gap'), test.harness.counts('failure')], [{}, { connection: 4 }])
  })

  it('makes it reconnect when it was too slow', async () => {
    await using test = await setup(4, {
      onConnection: (socket, cursor, relay) => {
        relay.replay(socket, cursor)
        if (cursor === '0') socket.send(errorFrame('ConsumerTooSlow', 'too slow'))
      },
    })
    assert.deepEqual(seqs(await test.harness.until(4)), [1, 2, 3, 4])
    await test.harness.reported('reconnect', 1)
    await test.emit(5)
    assert.deepEqual(seqs(await test.harness.until(5)), [5])
    assert.deepEqual(test.relay.cursors, ['0', '4'])
    assert.equal(test.harness.count('failure connection'), 1)
  })

  it('makes it start over when all that comes is older than a cursor which the relay never reached', async () => {
    const time = new Date(sentMs).toISOString()
    const last = 10_500
    const nowhere = Number.MAX_SAFE_INTEGER
    await using test = await setup(0, {
      onConnection: (socket, cursor, relay) => {
        if (relay.cursors.length === 1) socket.send(anyFrame('#nonsense', { seq: nowhere }))
        else if (Number(cursor) <= last) relay.replay(socket, cursor)
        else socket.send(errorFrame('FutureCursor', 'Cursor in the future.'))
      },
    })
    await test.harness.until(nowhere)
    for (let seq = 1; seq <= last; seq++) test.relay.emit(seq, anyFrame('#identity', { seq, did, time }))
    const events = await test.harness.until(last)
    assert.deepEqual(
      seqs(events),
      Array.from({ length: last }, (_, index) => index + 1),
    )
    assert.deepEqual(test.relay.cursors, ['0', String(nowhere), '0'])
  })

  it('is reported when events are missing', async () => {
    await using test = await setup(0, {
      cursor: 400,
      onConnection: (socket, cursor, relay) => {
        socket.send(infoFrame('OutdatedCursor', 'Requested cursor exceeded limit.'))
        relay.replay(socket, cursor)
      },
    })
    await test.emit(500)
    await test.harness.until(500)
    assert.deepEqual(test.harness.counts('reject'), { cursor: 1 })
    assert.deepEqual(test.harness.counts('event'), { info: 1, commit: 1 })
    assert.deepEqual(test.harness.counts('gap'), { outdated: 1 })
  })

  it('is reported once, however often the relay repeats it before it goes on', async () => {
    await using test = await setup(0, {
      cursor: 400,
      onConnection: (socket, cursor, relay) => {
        socket.send(infoFrame('OutdatedCursor', 'Requested cursor exceeded limit.'))
        if (relay.cursors.length < 5) socket.close()
        else relay.replay(socket, cursor)
      },
    })
    await test.emit(500)
    await test.harness.until(500)
    assert.deepEqual(test.relay.cursors, ['400', '400', '400', '400', '400'])
    assert.deepEqual(test.harness.counts('gap'), { outdated: 1 })
  })

  it('is no gap at a first start, which asks for all that there is', async () => {
    await using test = await setup(3, {
      onConnection: (socket, cursor, relay) => {
        socket.send(infoFrame('OutdatedCursor', 'Requested cursor exceeded limit.'))
        relay.replay(socket, cursor)
      },
    })
    assert.deepEqual(seqs(await test.harness.until(3)), [1, 2, 3])
    assert.deepEqual([test.harness.counts('gap'), test.harness.counts('reject')], [{}, {}])
  })

  it('is no error when the relay begins with the event at the cursor', async () => {
    await using test = await setup(3, {
      onConnection: (socket, cursor, relay) => relay.replay(socket, String(Number(cursor) - 1)),
    })
    await test.harness.until(3)
    test.relay.cut()
    await test.emit(4)
    assert.deepEqual(seqs(await test.harness.until(4)), [4])
    assert.deepEqual(test.harness.counts('reject'), {})
  })
})

describe('a relay that has begun another sequence and does not say so', () => {
  const identityFrame = (seq: number, timeMs: number) =>
    anyFrame('#identity', { seq, did, time: new Date(timeMs).toISOString() })
  const now = () => sentMs + 3_600_000

  it('is recognised by what it sends, and read from its oldest event', async () => {
    await using test = await setup(0, {
      cursor: 1000,
      cursorTimeMs: sentMs - 60_000,
      now,
      // It takes the cursor for one that it will reach, and is silent until there is something new.
      onConnection: (socket, cursor, relay) => cursor === '0' && relay.replay(socket, cursor),
    })
    const next = test.harness.until(5)
    await once(test.relay.server, 'connection')
    await test.emit(1, 2, 3, 4, 5)
    assert.deepEqual(seqs(await next), [1, 2, 3, 4, 5])
    assert.deepEqual(test.relay.cursors, ['1000', '0'])
    assert.deepEqual(test.harness.counts('gap'), { reset: 1 })
    assert.equal(test.harness.count('failure connection'), 0)
  })

  it('is recognised while the connection stands', async () => {
    let frames = Array.from({ length: 50 }, (_, index) => identityFrame(index + 1, sentMs))
    await using test = await setup(0, {
      now,
      onConnection: (socket) => {
        for (const frame of frames) socket.send(frame)
      },
    })
    await test.harness.until(50)
    frames = [1, 2, 3, 4].map((seq) => identityFrame(seq, sentMs + 20_000 + seq))
    for (const frame of frames) for (const socket of test.relay.server.clients) socket.send(frame)
    assert.deepEqual(seqs(await test.harness.until(4)), [1, 2, 3, 4])
    assert.deepEqual(test.harness.counts('gap'), { reset: 1 })
    assert.deepEqual(test.relay.cursors, ['0', '0'])
  })

  const innocent: Record<string, number[]> = {
    'sent before what we have': Array(20).fill(sentMs - 1000),
    'sent at the same time': Array(20).fill(sentMs + 500),
    'sent by hosts whose clocks are ahead of ours': Array(20).fill(now() + 86_400_000),
    'of which only some are sent later': Array.from({ length: 20 }, (_, index) =>
      index % 3 === 2 ? sentMs : sentMs + 600_000,
    ),
  }
  for (const [what, times] of Object.entries(innocent)) {
    it(`is not seen in events repeated that were ${what}`, async () => {
      await using test = await setup(0, { cursor: 1000, cursorTimeMs: sentMs, now })
      const next = test.harness.until(1001)
      await once(test.relay.server, 'connection')
      for (const [index, timeMs] of times.entries())
        test.relay.emit(index + 1, identityFrame(index + 1, timeMs))
      test.relay.emit(1001, identityFrame(1001, sentMs + 600_000))
      assert.deepEqual(seqs(await next), [1001])
      assert.deepEqual(test.relay.cursors, ['1000'])
      assert.deepEqual([test.harness.counts('gap'), test.harness.counts('reject')], [{}, { cursor: 20 }])
    })
  }

  it('is believed to have, after 10,000 events out of sequence twice', async () => {
    const last = 10_500
    const frames = Array.from({ length: last }, (_, index) => identityFrame(index + 1, sentMs))
    await using test = await setup(0, {
      cursor: 1_000_000,
      now,
      onConnection: (socket) => {
        for (const frame of frames) socket.send(frame)
      },
    })
    assert.equal((await test.harness.until(last)).length, last)
    assert.deepEqual(test.relay.cursors, ['1000000', '1000000', '0'])
    assert.deepEqual(test.harness.counts('gap'), { reset: 1 })
  })
})

describe('the log', () => {
  const logTo = (lines: string[]) => createLog({ write: (line) => lines.push(line) })
  const backoff = { firstMs: 1, maxMs: 60_000, sleep: () => setImmediate() as Promise<void> }

  it('says once that a connection breaks again and again', async () => {
    const lines: string[] = []
    await using test = await setup(0, {
      log: logTo(lines),
      backoff,
      onConnection: (socket) => socket.close(1008, 'ConsumerTooSlow'),
    })
    const next = test.harness.until(1)
    await test.harness.reported('reconnect', 20)
    assert.deepEqual(
      lines.map((line) => /(connected to|lost the connection)/.exec(line)?.[1]),
      ['connected to', 'lost the connection'],
    )
    await test.harness[Symbol.asyncDispose]()
    await assert.rejects(next, /ended/)
  })

  it('says once that the relay cannot be reached, and once that it can', async () => {
    const lines: string[] = []
    await using test = await setup(1, { log: logTo(lines) })
    await test.harness.until(1)
    await new Promise((resolve) => setTimeout(resolve, 10))
    const { port } = test.relay
    await test.relay[Symbol.asyncDispose]()
    const next = test.harness.until(2)
    await test.harness.reported('failure connect', 5)
    await using again = await TestRelay.start({ port })
    again.emit(2, await test.repo.createFrame(2))
    await next
    assert.deepEqual(
      lines.map((line) => /(connected to|lost|cannot be reached)/.exec(line)?.[1]),
      ['connected to', 'lost', 'cannot be reached', 'connected to'],
    )
  })
})

describe('what is skipped before the first good event', () => {
  it('may have been an event of any repo, once it is known to come from a relay', async () => {
    await using test = await setup(0)
    test.relay.emit(1, Buffer.of(0xff))
    test.relay.emit(2, Buffer.of(0xff))
    await test.emit(3)
    await test.harness.until(3)
    assert.equal(test.harness.count('hole'), 2)
  })

  it('was none where no relay is', async () => {
    await using test = await setup(0, { foreignTimeoutMs: 5 })
    for (let seq = 1; seq < 4; seq++) test.relay.emit(seq, Buffer.of(0xff))
    await assert.rejects(test.harness.until(1), { name: 'SetupError' })
    assert.equal(test.harness.count('hole'), 0)
  })
})

describe('a message too large to be received', () => {
  it('is stepped past without losing what comes after it', async () => {
    await using test = await setup(2, {
      maxMessageBytes: 100_000,
      onConnection: (socket, cursor, relay) => {
        if (cursor === '4') socket.send(infoFrame('OutdatedCursor', 'Requested cursor exceeded limit.'))
        relay.replay(socket, cursor)
      },
    })
    // Numbers are left out, as relays may do.
    test.relay.emit(7, Buffer.alloc(200_000))
    await test.emit(8, 9)
    assert.deepEqual(seqs(await test.harness.until(9)), [1, 2, 8, 9])
    assert.deepEqual(test.relay.cursors, ['0', '3', '4', '5', '6', '7'])
    assert.deepEqual(test.harness.counts('reject'), { size: 5, cursor: 1 })
    assert.equal(test.harness.count('hole'), 1)
  })
})

describe('a reader that takes its time', () => {
  it('makes the relay wait, and gets everything in the end', async () => {
    await using test = await setup(600, { maxQueuedFrames: 40, maxBatchEvents: 3 })
    await test.harness.until(3)
    const { firehose } = test.harness
    const [socket] = test.relay.server.clients
    // What is on its way when reading stops still arrives; what the relay sends from then on does not.
    await settled(() => firehose.queued)
    const queued = firehose.queued
    const padding = anyFrame('#nothing', { text: 'x'.repeat(1_000_000) })
    for (let count = 0; count < 30; count++) socket?.send(padding)
    await settled(() => socket?.bufferedAmount ?? 0)
    assert.ok((socket?.bufferedAmount ?? 0) > 0)
    assert.equal(firehose.queued, queued)
    assert.ok(queued < 600)
    assert.deepEqual(seqs(await test.harness.until(600)).at(-1), 600)
  })

  it('is not taken for a dead connection', async () => {
    await using test = await setup(50, {
      maxQueuedFrames: 4,
      maxBatchEvents: 1,
      heartbeatMs: 100,
      autoPong: false,
    })
    await test.harness.until(1)
    await new Promise((resolve) => setTimeout(resolve, 500))
    assert.equal(test.harness.count('failure connection'), 0)
    assert.equal((await test.harness.until(50)).length, 49)
  })
})

describe('an address without a relay', () => {
  const identity = new KnownKeys([])
  const backoff = { firstMs: 1, maxMs: 4 }
  const answers: Record<string, (server: ReturnType<typeof createServer>) => unknown> = {
    '200': (server) =>
      server.on('upgrade', (_, socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')),
    '404': (server) => server.on('request', (_, response) => response.writeHead(404).end()),
    '301': (server) =>
      server.on('request', (_, response) => response.writeHead(301, { location: '/' }).end()),
    '426': (server) => server.on('request', (_, response) => response.writeHead(426).end()),
  }
  for (const [status, answer] of Object.entries(answers)) {
    it(`is an error of the setup when it answers ${status}`, async () => {
      const server = createServer()
      answer(server)
      await using relay = await listening(server)
      const lines: string[] = []
      const log = createLog({ write: (line) => lines.push(line) })
      await using firehose = new Firehose({ relay: relay.url, identity, cursor: 0, backoff, log })
      await assert.rejects(firehose.start(), {
        name: 'SetupError',
        message: new RegExp(`${relay.url.host}.*${status}`),
      })
      await assert.rejects(firehose.events(new AbortController().signal).next(), { name: 'SetupError' })
      assert.deepEqual(lines, [], 'the error says it all')
    })
  }

  it('is an error of the setup when it does not speak HTTP', async () => {
    await using relay = await listening(
      createTcpServer((socket) =>
        socket
          .on('error', () => {})
          .resume()
          .end('220 mail.example ESMTP\r\n'),
      ),
    )
    await using firehose = new Firehose({ relay: relay.url, identity, cursor: 0, backoff })
    await assert.rejects(firehose.start(), { name: 'SetupError' })
  })

  const speeches = {
    'a greeting': ['hello'],
    'other bytes': [Buffer.from('one'), Buffer.from('two'), Buffer.from('three')],
  }
  for (const [what, frames] of Object.entries(speeches)) {
    it(`is an error of the setup when it sends ${what}`, async () => {
      await using relay = await TestRelay.start({
        onConnection: (socket) => {
          for (const frame of frames) socket.send(frame)
        },
      })
      await using firehose = new Firehose({
        relay: relay.url,
        identity,
        cursor: 0,
        backoff,
        foreignTimeoutMs: 20,
      })
      assert.equal(await firehose.start(), 'connected')
      await assert.rejects(firehose.events(new AbortController().signal).next(), { name: 'SetupError' })
    })
  }

  it('is not one whose frames of the protocol are all bad', async () => {
    await using test = await setup(0, { foreignTimeoutMs: 10 })
    for (let seq = 1; seq < 10; seq++) test.relay.emit(seq, anyFrame('#commit', { seq }))
    assert.deepEqual(await test.harness.until(9), [])
    const next = test.harness.until(10)
    await new Promise((resolve) => setTimeout(resolve, 50))
    await test.emit(10)
    assert.deepEqual(seqs(await next), [10])
  })

  it('is retried forever when there is no answer, or one that may pass', async () => {
    const server = createServer((_, response) => response.writeHead(503).end())
    const relay = await listening(server)
    await using harness = new Harness({ relay: relay.url, identity })
    assert.equal(await harness.firehose.start(), 'unreachable')
    await harness.reported('failure connect', 4)
    await relay[Symbol.asyncDispose]()
    await harness.reported('failure connect', 8)
    await using back = await TestRelay.start({ port: Number(relay.url.port) })
    const next = harness.until(1)
    back.emit(1, anyFrame('#identity', { seq: 1, did, time: new Date().toISOString() }))
    assert.equal((await next).length, 1)
    assert.equal(harness.count('reconnect'), 0)
  })

  it('is retried when there was a relay before', async () => {
    await using test = await setup(1)
    await test.harness.until(1)
    const { port } = test.relay
    await test.relay[Symbol.asyncDispose]()
    const next = test.harness.until(2)
    const server = createServer((_, response) => response.writeHead(404).end())
    const other = await listening(server, port)
    await test.harness.reported('failure connect', 5)
    await other[Symbol.asyncDispose]()
    await using again = await TestRelay.start({ port })
    again.emit(2, await test.repo.createFrame(2))
    assert.deepEqual(seqs(await next), [2])
  })
})

async function listening(server: Server, port = 0) {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  return {
    url,
    [Symbol.asyncDispose]: async () => void (await new Promise((resolve) => server.close(resolve))),
  }
}

/** Waits until a number has not changed for a while. */
async function settled(read: () => number): Promise<void> {
  for (let same = 0, last = read(); same < 10; ) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    same = read() === last ? same + 1 : 0
    last = read()
  }
}
