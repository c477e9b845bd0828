import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { boundConnections, type ConnectionLimits } from './bound-connections.ts'

const large = Buffer.alloc(32 << 20, 'x')
const answerLarge: RequestListener = (request, response) =>
  request.url === '/large' ? response.end(large) : request.resume().once('end', () => response.end('here'))

describe('a flood of connections', { timeout: 60_000 }, () => {
  const head = 'HTTP/1.1\r\nHost: x\r\n'
  const floods = {
    'that bring nothing': '',
    'that bring half a header': `GET / ${head}X-Long: `,
    'that bring half a body': `POST / ${head}Content-Length: 1000\r\n\r\nhalf`,
    'that are kept after an answer': `GET / ${head}\r\n`,
    'that read nothing of their answer': `GET /large ${head}\r\n`,
    'that wait for an answer': `GET /never ${head}\r\n`,
  }
  for (const [name, text] of Object.entries(floods)) {
    it(`${name} keeps nobody out, and is no larger than it may be`, async () => {
      const answer: RequestListener = (request, response) =>
        request.url === '/never' ? undefined : answerLarge(request, response)
      await using target = await start(answer, { connections: 10, readMs: 600_000 })
      for (let i = 0; i < 40; i++) {
        const socket = await target.connected()
        socket.pause().write(text)
        if (i % 8 === 0) assert.equal(await target.ask(), 'here')
      }
      assert.equal(await target.ask(), 'here')
      assert.ok((await target.open()) <= 10)
    })
  }

  it('closes connections that wait for their client before those whose client waits for an answer', async () => {
    const waiting: ServerResponse[] = []
    const answer: RequestListener = (request, response) =>
      request.url === '/slow' ? void waiting.push(response) : answerLarge(request, response)
    await using target = await start(answer, { connections: 10 })
    const patient = target.ask('/slow')
    await once(target.server, 'request')
    for (let i = 0; i < 40; i++) await target.connected()
    assert.equal(await target.ask(), 'here')
    waiting[0]?.end('at last')
    assert.equal(await patient, 'at last')
  })
})

it('answers that nobody reads are few, and whoever reads gets all of theirs', {
  timeout: 60_000,
}, async () => {
  await using target = await start(answerLarge, { unreadAnswers: 20, readMs: 600_000, checkMs: 10 })
  const responses: ServerResponse[] = []
  target.server.on('request', (_request, response: ServerResponse) => responses.push(response))
  const unread = () => responses.filter((response) => response.headersSent && !response.closed).length
  for (let i = 0; i < 8; i++) {
    const socket = await target.connected()
    socket.pause().write('GET /large HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(i < 4 ? 16 : 1))
    if (i % 4 === 0) assert.equal((await target.ask('/large')).length, large.length)
  }
  while (responses.length < 70 || unread() > 20) await sleep(10)
  assert.ok(unread() > 0, 'no more are cut off than have to be')
  assert.equal((await target.ask('/large')).length, large.length)
})

describe('a client', { timeout: 60_000 }, () => {
  for (const [name, read] of [
    ['that reads nothing of its answer', () => {}],
    ['that reads a byte at a time', (socket: Socket) => setInterval(() => socket.read(1), 5)],
  ] as const)
    it(`${name} is cut off`, async () => {
      await using target = await start(answerLarge, { readMs: 100, readBytesPerSecond: 1e9, checkMs: 10 })
      const ended = new Promise<boolean>((resolve) =>
        target.server.once('request', (_request, response: ServerResponse) =>
          response.once('close', () => resolve(response.writableFinished)),
        ),
      )
      const socket = await target.connected()
      socket.once('readable', () => socket.read(100))
      socket.write('GET /large HTTP/1.1\r\nHost: x\r\n\r\n')
      const reading = read(socket)
      assert.equal(await ended, false)
      clearInterval(reading ?? undefined)
    })

  it('that reads along gets all of it, and one whose answer is long in coming as well', async () => {
    const answer: RequestListener = async (request, response) => {
      if (request.url === '/slow') await sleep(300)
      response.end(large)
    }
    await using target = await start(answer, { readMs: 100, checkMs: 10 })
    for (const path of ['/slow', '/large']) assert.equal((await target.ask(path)).length, large.length)
  })

  it('that sends requests ahead without end is cut off', async () => {
    await using target = await start(() => {}, { requestsAhead: 3 })
    const socket = await target.connected()
    const closed = once(socket.resume(), 'close')
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(4))
    await closed
  })
})

async function start(answer: RequestListener, limits: ConnectionLimits) {
  const server: Server = createServer(answer)
  boundConnections(server, limits)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const sockets: Socket[] = []
  return {
    server,
    connected: async () => {
      const socket = connect(port, '127.0.0.1')
      sockets.push(socket.on('error', () => {}))
      await once(socket, 'connect')
      return socket
    },
    /** Asks on a connection of its own. */
    ask: async (path = '/') =>
      (await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } })).text(),
    open: () =>
      new Promise<number>((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
