import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { InvalidError, TimeoutError } from '../../model/errors.ts'
import { type BodyLimits, bodyOf, usualBodyLimits } from './body.ts'

describe('the body of an answer', () => {
  it('comes through whole, its bytes told', async () => {
    await using host = await serve((_request, response) => {
      response.write('tide')
      response.end('gauge')
    })
    const { text, told } = await read(host.url)
    assert.equal(text, 'tidegauge')
    assert.equal(told, 9)
  })

  it('is not waited for longer than its limit when nothing of it comes', async () => {
    await using host = await serve(() => {})
    await assert.rejects(read(host.url, { firstByteMs: 20 }), TimeoutError)
  })

  it('is not waited for longer than its limit when it stops coming', async () => {
    await using host = await serve((_request, response) => void response.write('x'))
    await assert.rejects(read(host.url, { idleMs: 20 }), TimeoutError)
    await host.hungUp
  })

  it('is given up when it comes a byte at a time', async () => {
    await using host = await serve((_request, response) => {
      const drip = setInterval(() => response.write('x'), 5)
      response.on('close', () => clearInterval(drip))
    })
    await assert.rejects(read(host.url, { windowMs: 40, minBytesPerSecond: 10_000 }), /bytes a second/)
    await host.hungUp
  })

  it('is given up when it does not end', async () => {
    await using host = await serve((_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
      }
      response.on('drain', more)
      more()
    })
    await assert.rejects(read(host.url, { maxBytes: 1_000_000 }), InvalidError)
    await host.hungUp
  })

  it('is ended when its reader has had enough', async () => {
    await using host = await serve((_request, response) => void response.write('x'))
    for await (const _chunk of body(host.url)) break
    await host.hungUp
  })

  it('does not time a reader that is slow', async () => {
    await using host = await serve((_request, response) => {
      for (let i = 0; i < 4; i++) response.write('x'.repeat(20_000))
      response.end()
    })
    let size = 0
    for await (const chunk of body(host.url, { idleMs: 300, windowMs: 10 })) {
      // The rest has long arrived when it is asked for.
      if (size === 0) await new Promise((resolve) => setTimeout(resolve, 350))
      size += chunk.length
    }
    assert.equal(size, 80_000)
  })

  it('ends with what the signal aborts with, even if the host does nothing', async () => {
    await using host = await serve(() => {})
    const stop = new AbortController()
    const reading = read(host.url, {}, stop.signal)
    stop.abort(new Error('the end'))
    await assert.rejects(reading, /the end/)
  })
})

function body(
  url: string,
  limits: Partial<BodyLimits> = {},
  signal = new AbortController().signal,
  onBytes = (_: number) => {},
) {
  const ask = async (stop: AbortSignal) => {
    const response = await fetch(url, { signal: stop })
    return { chunks: response.body as unknown as AsyncIterable<Uint8Array> }
  }
  return bodyOf(ask, { ...usualBodyLimits, ...limits }, { signal, onBytes })
}

async function read(url: string, limits?: Partial<BodyLimits>, signal?: AbortSignal) {
  let told = 0
  const chunks = await Array.fromAsync(
    body(url, limits, signal, (bytes) => {
      told += bytes
    }),
  )
  return { text: Buffer.concat(chunks).toString(), told }
}

async function serve(listener: RequestListener) {
  const { promise: hungUp, resolve } = Promise.withResolvers<void>()
  const server = createServer((request, response) => {
    response.on('close', () => !response.writableFinished && resolve())
    listener(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    /** Resolves when a client has closed its connection before the end. */
    hungUp,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}
