import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { SetupError } from '../../model/errors.ts'
import { type Listener, listen } from './listen.ts'

describe('listen', () => {
  it('says where it can be reached', async () => {
    await using listener = await listen((_request, response) => response.end('here'), { port: 0 })
    assert.equal(listener.url.href, `http://127.0.0.1:${listener.port}/`)
    assert.equal(await (await fetch(listener.url)).text(), 'here')
  })

  const impossible = [
    {
      title: 'a port in use',
      options: (port: number) => ({ port }),
      says: /127\.0\.0\.1:\d+: .*choose another with --port$/,
    },
    {
      title: 'a foreign address',
      options: () => ({ host: '192.0.2.1', port: 0 }),
      says: /192\.0\.2\.1:0: .*--host$/,
    },
    { title: 'an unknown host', options: () => ({ host: 'no-such-host.invalid', port: 0 }), says: /--host$/ },
  ]
  for (const { title, options, says } of impossible) {
    it(`says how to fix ${title}`, async () => {
      await using taken = await listen(() => {}, { port: 0 })
      await assert.rejects(
        listen(() => {}, options(taken.port)),
        (error) => error instanceof SetupError && says.test(error.message),
      )
    })
  }

  const malformed = [
    { title: 'what is not HTTP', text: 'hello\r\n\r\n', status: 400 },
    { title: 'an unknown method', text: 'FETCH / HTTP/1.1\r\nHost: x\r\n\r\n', status: 400 },
    {
      title: 'endless headers',
      text: `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      status: 431,
    },
  ]
  for (const { title, text, status } of malformed) {
    it(`answers ${title} with a problem and ends the connection`, async () => {
      await using listener = await listen(() => assert.fail('no request'), { port: 0 })
      const [head = '', body = ''] = (await exchange(listener, text)).split('\r\n\r\n')
      assert.match(head, new RegExp(`^HTTP/1.1 ${status} [\\s\\S]*application/problem\\+json`))
      assert.equal(JSON.parse(body).status, status)
    })
  }

  it('lets requests under way end before it closes, and keeps no connection alive', {
    timeout: 20_000,
  }, async () => {
    const waiting: ServerResponse[] = []
    const listener = await listen((_request, response) => void waiting.push(response), {
      port: 0,
      graceMs: 600_000,
    })
    // The client of this test would keep its connection forever.
    listener.server.keepAliveTimeout = 0
    const idle = await connected(listener)
    const busy = await connected(listener)
    busy.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    const answer = busy.toArray()
    const unused = once(idle.resume(), 'close')
    await once(listener.server, 'request')
    const closed = listener.close()
    assert.equal(listener.close(), closed)
    await unused
    assert.equal(waiting.length, 1)
    waiting[0]?.end('the answer')
    await closed
    assert.match(Buffer.concat(await answer).toString(), /the answer/)
    await assert.rejects(connected(listener), { code: 'ECONNREFUSED' })
  })

  it('answers a request that was on its way when it began to close, as the last one', {
    timeout: 20_000,
  }, async () => {
    const listener = await listen((_request, response) => response.end('still'), {
      port: 0,
      graceMs: 600_000,
    })
    const accepted = once(listener.server, 'connection') as Promise<[Socket]>
    const socket = await connected(listener)
    const answer = socket.toArray()
    const [serverSide] = await accepted
    socket.write('GET / HTTP/1.1\r\n')
    await readSome(serverSide)
    const closed = listener.close()
    socket.write('Host: x\r\n\r\n')
    assert.match(Buffer.concat(await answer).toString(), /Connection: close[\s\S]*still$/)
    await closed
  })

  it('cuts off what takes longer than the grace time', async () => {
    const listener = await listen(() => {}, { port: 0, graceMs: 20 })
    const socket = await connected(listener)
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(listener.server, 'request')
    await Promise.all([listener.close(), once(socket.resume(), 'close')])
  })
})

async function connected({ port }: Listener): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  return socket
}

/** Resolves once a part of a request has come in. */
async function readSome(socket: Socket): Promise<void> {
  while (socket.bytesRead === 0) await setImmediate()
}

async function exchange(listener: Listener, text: string): Promise<string> {
  const socket = await connected(listener)
  socket.write(text)
  return Buffer.concat(await socket.toArray()).toString()
}
