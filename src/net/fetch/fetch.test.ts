import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { describe, it } from 'node:test'
import { createBrotliCompress, createGzip, gzipSync } from 'node:zlib'
import { createFetch, type FetchOptions } from './fetch.ts'
import { WebServer } from './testing/web-server.ts'

type Answer = (response: ServerResponse, request: IncomingMessage) => void

async function setup(answer: Answer, options: FetchOptions = {}) {
  const stack = new AsyncDisposableStack()
  const server = stack.use(await WebServer.start(answer))
  const fetch = stack.use(createFetch({ allowLoopback: true }, options))
  return { server, fetch, url: server.url, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

/** A server that speaks whatever it wants on its sockets. */
async function setupRaw(onSocket: (socket: Socket) => void, options: FetchOptions = {}) {
  const stack = new AsyncDisposableStack()
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}))
    onSocket(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  stack.defer(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const fetch = stack.use(createFetch({ allowLoopback: true }, options))
  const { port } = server.address() as AddressInfo
  return {
    fetch,
    port,
    url: new URL(`http://127.0.0.1:${port}/`),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

const redirect =
  (location: string, status = 302): Answer =>
  (response) =>
    void response.writeHead(status, { location }).end('moved')

describe('an answer', () => {
  it('is given whole, in text, in JSON and in chunks, whatever its status', async () => {
    await using test = await setup((response, { url }) =>
      response.writeHead(url === '/404' ? 404 : 200).end('{"a":1}'),
    )
    const response = await test.fetch(test.url)
    assert.equal(response.status, 200)
    assert.equal(response.url.href, test.url.href)
    assert.deepEqual(await response.json(), { a: 1 })
    const missing = await test.fetch(new URL('/404', test.url))
    assert.equal(missing.status, 404)
    const chunks = await Array.fromAsync(missing.chunks)
    assert.equal(Buffer.concat(chunks).toString(), '{"a":1}')
    assert.equal(test.server.requests[0]?.headers['user-agent'], 'tidegauge')
  })

  it('to a question with a body is given, too, and its redirect is not followed', async () => {
    await using test = await setup((response, request) => {
      if (request.url === '/') redirect('/elsewhere', 307)(response, request)
      else request.pipe(response)
    })
    const echoed = await test.fetch(new URL('/echo', test.url), { method: 'POST', body: 'hello' })
    assert.equal(await echoed.text(), 'hello')
    const moved = await test.fetch(test.url, { method: 'POST', body: 'hello' })
    assert.equal(moved.status, 307)
    moved.cancel()
    assert.deepEqual(test.server.asked, ['/echo', '/'])
  })

  it('without a body has no chunks', async () => {
    await using test = await setup((response) => response.writeHead(204).end())
    const response = await test.fetch(test.url)
    assert.deepEqual(await Array.fromAsync(response.chunks), [])
  })

  it('that is not JSON is invalid as such', async () => {
    await using test = await setup((response) => response.end('<html>'))
    await assert.rejects((await test.fetch(test.url)).json(), { name: 'InvalidError' })
  })

  it('can be left early, which closes its connection', async () => {
    for (const leave of ['loop', 'cancel', 'unread'] as const) {
      const closed = Promise.withResolvers<void>()
      await using test = await setup((response) => {
        response.on('close', closed.resolve)
        const timer = setInterval(() => response.write('x'.repeat(1000)), 5)
        response.on('close', () => clearInterval(timer))
      })
      const response = await test.fetch(test.url)
      if (leave === 'loop') for await (const _chunk of response.chunks) break
      else if (leave === 'cancel') response.cancel()
      else {
        const chunks = response.chunks[Symbol.asyncIterator]()
        await chunks.next()
        await chunks.return?.()
      }
      await closed.promise
    }
  })

  it('ends when its caller gives up, with the reason of the caller', async () => {
    await using test = await setup((response, { url }) => {
      if (url === '/body') response.write('x')
    })
    const reason = new Error('enough')
    for (const path of ['/', '/body']) {
      const controller = new AbortController()
      const read = test
        .fetch(new URL(path, test.url), { signal: controller.signal })
        .then((one) => one.text())
      while (!test.server.asked.includes(path)) await new Promise(setImmediate)
      controller.abort(reason)
      await assert.rejects(read, (error) => error === reason)
    }
    await assert.rejects(
      test.fetch(test.url, { signal: AbortSignal.abort(reason) }),
      (error) => error === reason,
    )
    assert.deepEqual(test.server.asked, ['/', '/body'])
  })
})

describe('a redirect', () => {
  it('is followed within its limit, and not beyond', async () => {
    const answer: Answer = (response, request) => {
      const left = Number(request.url?.slice(1))
      if (left > 0) redirect(`/${left - 1}`)(response, request)
      else response.end('there')
    }
    await using test = await setup(answer, { maxHops: 3 })
    const response = await test.fetch(new URL('/3', test.url))
    assert.equal(await response.text(), 'there')
    assert.equal(response.url.pathname, '/0')
    await assert.rejects(test.fetch(new URL('/4', test.url)), {
      name: 'InvalidError',
      message: /more than 3 times/,
    })
  })

  const refused = [
    'http://10.0.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'http://example.com/',
    'https://user:password@example.com/',
    'http://127.0.0.1:6379/',
    'file:///etc/passwd',
    'data:text/plain,1',
    'https://[',
  ]
  for (const location of refused)
    it(`to ${location} is refused`, async () => {
      await using test = await setup(redirect(location))
      await assert.rejects(test.fetch(test.url), { name: 'InvalidError' })
    })

  it('to a name that leads to a private address is refused', async () => {
    const resolver = async () => [{ address: '10.0.0.1', family: 4 }]
    await using test = await setup(redirect('https://inside.example/'), { resolver })
    await assert.rejects(test.fetch(test.url), { name: 'InvalidError', message: /10\.0\.0\.1/ })
  })

  it('to another origin takes nothing along that tells who asks, not even on the way back', async () => {
    await using other = await WebServer.start((response) =>
      redirect(`${test.url.href}back`)(response, response.req),
    )
    await using test = await setup((response, { url }) => {
      if (url === '/') redirect('/same')(response, response.req)
      else if (url === '/same') redirect(other.url.href)(response, response.req)
      else response.end('there')
    })
    const secrets = { authorization: 'Bearer 1', cookie: 'a=1', 'x-api-key': '1' }
    const response = await test.fetch(test.url, { headers: { ...secrets, accept: 'text/plain' } })
    assert.equal(await response.text(), 'there')
    const [first, same, back] = test.server.requests.map(({ headers }) => headers)
    assert.equal(first?.authorization, 'Bearer 1')
    assert.equal(same?.['x-api-key'], '1')
    for (const headers of [other.requests[0]?.headers, back]) {
      for (const name of Object.keys(secrets)) assert.equal(headers?.[name], undefined, name)
      assert.equal(headers?.accept, 'text/plain')
    }
  })
})

describe('the size of an answer', () => {
  it('is limited as it is on the wire, announced or not', async () => {
    await using test = await setup(
      (response, { url }) => {
        if (url === '/announced') response.setHeader('content-length', 1001)
        response.end('x'.repeat(1001))
      },
      { maxBytes: 1000 },
    )
    for (const path of ['/', '/announced'])
      await assert.rejects((await test.fetch(new URL(path, test.url))).text(), {
        name: 'InvalidError',
        message: /more than 1000 bytes/,
      })
    const response = await test.fetch(test.url, { maxBytes: 1001 })
    assert.equal((await response.text()).length, 1001)
  })

  it('that is announced too large closes the connection unread', async () => {
    const closed = Promise.withResolvers<void>()
    await using test = await setup((response) => {
      response.on('close', closed.resolve)
      response.writeHead(200, { 'content-length': 1_000_001 }).write('x')
    })
    await assert.rejects((await test.fetch(test.url)).text(), { name: 'InvalidError' })
    await closed.promise
  })

  const packers = { gzip: createGzip, br: createBrotliCompress }
  for (const [coding, create] of Object.entries(packers))
    it(`is limited after it is unpacked from ${coding}, without unpacking the rest`, async () => {
      const zeros = Buffer.alloc(1_000_000)
      let written = 0
      await using test = await setup(
        (response) => {
          response.setHeader('content-encoding', coding)
          const packed = create()
          packed.pipe(response)
          // As much as is asked for, without an end.
          const more = () => {
            for (let i = 0; i < 50 && !response.destroyed; i++) {
              written += 1
              if (!packed.write(zeros)) return void packed.once('drain', () => setImmediate(more))
            }
            if (!response.destroyed) setImmediate(more)
          }
          response.on('close', () => packed.destroy())
          more()
        },
        { maxBytes: 200_000 },
      )
      const response = await test.fetch(test.url)
      let sizeBytes = 0
      const read = async () => {
        for await (const chunk of response.chunks) sizeBytes += chunk.length
      }
      await assert.rejects(read(), { name: 'InvalidError', message: /more than 200000 bytes/ })
      assert.ok(sizeBytes <= 200_000)
      assert.ok(written > 0)
    })

  it('says nothing when it is unpacked from less', async () => {
    const text = 'y'.repeat(1000)
    await using test = await setup(
      (response) => void response.setHeader('content-encoding', 'gzip').end(gzipSync(text)),
      { maxBytes: 1000 },
    )
    assert.equal(await (await test.fetch(test.url)).text(), text)
  })

  it('is limited for headers, however many there are', async () => {
    await using endless = await setupRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n')
      const timer = setInterval(() => socket.write(`x-${'a'.repeat(1000)}: 1\r\n`), 1)
      socket.on('close', () => clearInterval(timer))
    })
    await assert.rejects(endless.fetch(endless.url), {
      name: 'InvalidError',
      message: /headers of more than 16384/,
    })
  })
})

describe('an answer that does not come as it should', () => {
  const cases: [what: string, raw: (socket: Socket) => void, name: string, message: RegExp][] = [
    [
      'is cut off',
      (s) => s.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{'),
      'UpstreamError',
      /failed to answer/,
    ],
    [
      'is cut off between chunks',
      (s) => s.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n'),
      'UpstreamError',
      /failed to answer/,
    ],
    ['is not HTTP', (s) => s.end('220 mail.example ESMTP\r\n'), 'UpstreamError', /failed to answer/],
    ['is nothing', (s) => s.end(), 'UpstreamError', /failed to answer/],
    ['is a reset', (s) => s.resetAndDestroy(), 'UpstreamError', /failed to answer/],
    [
      'is badly packed',
      (s) => s.end('HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 5\r\n\r\nhello'),
      'UpstreamError',
      /failed to answer/,
    ],
    ['does not begin', () => {}, 'TimeoutError', /did not begin to answer within 200 ms/],
    [
      'announces itself again and again',
      (s) => {
        const timer = setInterval(() => s.write('HTTP/1.1 103 Early Hints\r\n\r\n'), 20)
        s.on('close', () => clearInterval(timer))
      },
      'TimeoutError',
      /within 200 ms|within 1500 ms/,
    ],
    [
      'drips its headers',
      (s) => {
        s.write('HTTP/1.1 200 OK\r\nx-a: ')
        const timer = setInterval(() => s.write('a'), 20)
        s.on('close', () => clearInterval(timer))
      },
      'TimeoutError',
      /did not begin to answer within 200 ms/,
    ],
    [
      'stops in the middle',
      (s) => s.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{'),
      'TimeoutError',
      /sent nothing for 300 ms in the middle of its answer/,
    ],
    [
      'drips its body',
      (s) => {
        s.write('HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n')
        const timer = setInterval(() => s.write('a'), 20)
        s.on('close', () => clearInterval(timer))
      },
      'TimeoutError',
      /did not finish its answer within 1500 ms/,
    ],
  ]
  for (const [what, raw, name, message] of cases)
    it(`and ${what} is a ${name} that says so`, async () => {
      const limits = { firstByteMs: 200, idleMs: 300, wholeMs: 1500 }
      await using test = await setupRaw((socket) => socket.once('data', () => raw(socket)), limits)
      const read = test.fetch(test.url).then((response) => response.text())
      await assert.rejects(read, (error: Error) => {
        assert.equal(error.name, name)
        assert.match(error.message, message)
        return true
      })
    })

  it('because no connection comes to stand is a TimeoutError that says so', async () => {
    await using test = await setupRaw(() => {}, { connectMs: 100 })
    await assert.rejects(test.fetch(new URL(`https://127.0.0.1:${test.port}/`)), {
      name: 'TimeoutError',
      message: /^no connection to .* within 100 ms$/,
    })
  })

  it('because nobody listens is an UpstreamError', async () => {
    await using fetch = createFetch({ allowLoopback: true })
    await assert.rejects(fetch(new URL('http://127.0.0.1:1024/')), { name: 'UpstreamError' })
  })
})

it('connections are kept for later requests, and closed with the function', async () => {
  await using test = await setup((response) => response.end('x'))
  for (let i = 0; i < 10; i++) await (await test.fetch(test.url)).text()
  const sockets = new Set(test.server.requests.map(({ socket }) => socket))
  // One may not be free yet when the next request comes.
  assert.ok(sockets.size <= 2, `${sockets.size} connections`)
  const closed = Promise.all([...sockets].map((socket) => once(socket, 'close')))
  await test.fetch[Symbol.asyncDispose]()
  await closed
})
