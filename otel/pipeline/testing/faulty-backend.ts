import { once } from 'node:events'
import { createServer as createHttpServer, type ServerResponse } from 'node:http'
import { createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { Writable } from 'node:stream'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'

/**
 * What a backend does with an export: answers it, or
 * - `silent`: takes it and never answers;
 * - `deaf`: does not even read, on connections that there are as little as on new ones, which stay so;
 * - `trickling`: answers a byte at a time, without end; `trickling headers` in the headers already;
 * - `interim`: says again and again that it is at work;
 * - `endless`: answers with more than anybody would read;
 * - `resetting`: breaks the connection in the middle of its answer;
 * - `overloaded`: refuses, and asks to be left alone for an hour;
 * - `away`: does not listen.
 */
export type Behaviour = (typeof behaviours)[number]

export const behaviours = [
  'silent',
  'deaf',
  'trickling',
  'trickling headers',
  'interim',
  'endless',
  'resetting',
  'overloaded',
  'away',
  'answering',
] as const

/** A backend for OTLP that can be broken and mended while it is in use. */
export interface FaultyBackend extends AsyncDisposable {
  readonly port: number
  /** Exports that were answered well. */
  readonly taken: number
  become(behaviour: Behaviour): Promise<void>
  /** Resolves when no more connections than that are open. */
  openAtMost(count: number): Promise<void>
}

export async function startFaultyBackend(protocol: 'http' | 'grpc'): Promise<FaultyBackend> {
  let behaviour: Behaviour = 'answering'
  let taken = 0
  const state: Answering = {
    behaviour: () => behaviour,
    take: () => {
      taken++
    },
  }
  const inner = protocol === 'http' ? httpBackend(state) : grpcBackend(state)
  await listening(inner, 0)
  const pairs = new Map<Socket, Socket | undefined>()
  let onFewer = () => {}
  const outer = createServer((socket) => {
    const upstream =
      behaviour === 'deaf' ? undefined : connect((inner.address() as AddressInfo).port, '127.0.0.1')
    pairs.set(socket, upstream)
    socket.on('error', () => {})
    socket.once('close', () => {
      pairs.delete(socket)
      upstream?.destroy()
      onFewer()
    })
    if (!upstream) return void socket.pause()
    upstream
      .on('error', () => {})
      .once('close', () => (behaviour === 'resetting' ? socket.resetAndDestroy() : socket.destroySoon()))
    socket.pipe(upstream).pipe(socket)
  })
  await listening(outer, 0)
  const { port } = outer.address() as AddressInfo
  return {
    port,
    get taken() {
      return taken
    },
    become: async (next) => {
      if (behaviour === 'away' && next !== 'away') await listening(outer, port)
      behaviour = next
      if (next === 'deaf')
        for (const [socket, upstream] of pairs) {
          socket.unpipe().pause()
          upstream?.unpipe().pause()
        }
      if (next !== 'away') return
      const closed = new Promise((resolve) => outer.close(resolve))
      for (const socket of pairs.keys()) socket.destroy()
      await closed
    },
    openAtMost: async (count) => {
      // Who does not read does not learn that the other end is gone.
      for (const socket of pairs.keys()) socket.resume()
      while (pairs.size > count) await new Promise<void>((resolve) => (onFewer = resolve))
    },
    [Symbol.asyncDispose]: async () => {
      behaviour = 'answering'
      for (const [socket, upstream] of pairs) {
        socket.destroy()
        upstream?.destroy()
      }
      outer.close()
      inner.close()
    },
  }
}

interface Answering {
  behaviour(): Behaviour
  take(): void
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve) => server.listen(port, '127.0.0.1', resolve))
}

function httpBackend({ behaviour, take }: Answering): Server {
  const answer = async (response: ServerResponse) => {
    const { socket } = response
    switch (behaviour()) {
      case 'trickling headers':
        return trickle(socket as Socket, 'HTTP/1.1 200 OK\r\nX-Long: ')
      case 'interim':
        while (!response.destroyed) {
          response.writeProcessing()
          await sleep(trickleMs)
        }
        return
      case 'trickling':
        return trickle(response)
      case 'endless':
        return flood(response)
      case 'resetting':
        response.writeHead(503).write('so')
        return void setTimeout(() => socket?.destroy())
      case 'overloaded':
        return response.writeHead(503, { 'Retry-After': '3600' }).end()
      case 'answering':
        take()
        return response.end()
    }
  }
  return createHttpServer((request, response) => {
    if (behaviour() !== 'deaf') request.resume().once('end', () => void answer(response))
  })
}

function grpcBackend({ behaviour, take }: Answering): Server {
  const headers = { ':status': 200, 'content-type': 'application/grpc' }
  const end = (stream: ServerHttp2Stream, status: number, more: Record<string, string> = {}) => {
    stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(status), ...more }))
    stream.respond(headers, { waitForTrailers: true })
    stream.end(status === 0 ? Buffer.alloc(5) : undefined)
  }
  const answer = async (stream: ServerHttp2Stream) => {
    switch (behaviour()) {
      case 'trickling headers':
      case 'interim':
        while (!stream.destroyed) {
          stream.additionalHeaders({ ':status': 103 })
          await sleep(trickleMs)
        }
        return
      case 'trickling':
        stream.respond(headers)
        return trickle(stream, '\0\0\x10\0\0')
      case 'endless':
        stream.respond(headers)
        return flood(stream)
      case 'resetting':
        stream.respond(headers)
        stream.write('\0')
        return void setTimeout(() => stream.session?.destroy())
      case 'overloaded':
        return end(stream, 14, { 'grpc-retry-pushback-ms': '3600000' })
      case 'answering':
        take()
        return end(stream, 0)
    }
  }
  const server = createHttp2Server()
  server.on('sessionError', () => {})
  server.on('stream', (stream) => {
    stream.on('error', () => {})
    stream.resume().once('end', () => void answer(stream))
  })
  return server as unknown as Server
}

const trickleMs = 50

/** Writes a byte at a time for as long as somebody listens. */
async function trickle(to: Writable, start = 'x'): Promise<void> {
  to.write(Buffer.from(start, 'latin1'))
  while (!to.destroyed) {
    await sleep(trickleMs)
    to.write('x')
  }
}

/** Writes as fast as it is read. */
async function flood(to: Writable): Promise<void> {
  to.setMaxListeners(0)
  const bytes = Buffer.alloc(1 << 20)
  while (!to.destroyed) {
    if (to.write(bytes)) await setImmediate()
    else await Promise.race([once(to, 'drain'), once(to, 'close')]).catch(() => {})
  }
}
