import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Subscribers } from '../edge/xrpc/subscribers.ts'
import { SetupError } from '../model/errors.ts'
import { type Hook, hookPath } from './hook.ts'
import type { Host } from './host.ts'
import { answer } from './xrpc.ts'

export interface DemoServerOptions {
  readonly host: Host
  readonly relay: Pick<Subscribers, 'accept'>
  readonly hook: Pick<Hook, 'answer'>
  /** Called with what was answered as an internal error. Must not throw. */
  readonly onError: (error: unknown) => void
}

/** Serves a host, its relay and a receiver of webhooks over HTTP. */
export function createDemoServer({ host, relay, hook, onError }: DemoServerOptions): Server {
  const server = createServer(async (request, response) => {
    if (request.method === 'POST' && request.url === hookPath) {
      // A sender that hangs up has nobody to answer.
      await hook.answer(request, response).catch(() => response.destroy())
      return
    }
    if (request.method !== 'GET') {
      response.writeHead(405, { allow: 'GET' }).end()
      return
    }
    const { status, type, body } = await answer({ host, ...target(request), pds: serverUrl(server), onError })
    response.writeHead(status, { 'content-type': type }).end(body)
  })
  server.on('upgrade', (request, socket, head) => {
    const { path, params } = target(request)
    if (path === '/xrpc/com.atproto.sync.subscribeRepos') {
      relay.accept(request, socket, head, params.get('cursor'))
    } else {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    }
  })
  return server
}

/** By hand, as `URL` throws on some of what a client may ask for. */
function target({ url = '/' }: IncomingMessage): { readonly path: string; readonly params: URLSearchParams } {
  const mark = url.indexOf('?')
  const end = mark === -1 ? url.length : mark
  return { path: url.slice(0, end), params: new URLSearchParams(url.slice(end)) }
}

/**
 * @param port 0 means any that is free.
 * @throws {SetupError} when the port cannot be had.
 */
export async function listen(server: Server, address: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(port, address, resolve)
  try {
    await promise
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SetupError(`the demo network cannot listen on ${address}:${port}: ${reason}`, { cause })
  } finally {
    server.off('error', reject)
  }
}

export function serverUrl(server: Server): URL {
  const { address, port, family } = server.address() as AddressInfo
  return new URL(`http://${family === 'IPv6' ? `[${address}]` : address}:${port}`)
}
