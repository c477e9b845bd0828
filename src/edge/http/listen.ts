import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { SetupError } from '../../model/errors.ts'
import { Problem, problemBody } from './problem.ts'

export interface ListenOptions {
  /** @default '127.0.0.1' */
  readonly host?: string
  /** 0 takes any that is free. */
  readonly port: number
  /** How long requests under way may still take once the listener closes, in ms. @default 5000 */
  readonly graceMs?: number
}

export interface Listener extends AsyncDisposable {
  readonly server: Server
  /** Where it can be reached, the port that was taken included. */
  readonly url: URL
  readonly port: number
  /** Accepts no new requests, and cuts off those under way that do not end within the grace time. */
  close(): Promise<void>
}

/**
 * Serves HTTP.
 *
 * @throws {SetupError} when the address cannot be used; the message names the flag that changes it.
 */
export async function listen(
  handler: RequestListener,
  { host = '127.0.0.1', port, graceMs = 5000 }: ListenOptions,
): Promise<Listener> {
  const server = createServer(
    {
      requestTimeout: 30_000,
      headersTimeout: 10_000,
      keepAliveTimeout: 10_000,
      connectionsCheckingInterval: 1000,
    },
    handler,
  )
  server.on('clientError', refuse)
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await started(server, host, port)
  const taken = (server.address() as AddressInfo).port
  const url = new URL(`http://${host.includes(':') ? `[${host}]` : host}:${taken}`)
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= closing(server, sockets, graceMs)
    return closed
  }
  return { server, url, port: taken, close, [Symbol.asyncDispose]: close }
}

function started(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = reasons[error.code ?? '']
      const message = `the API cannot listen on ${host}:${port}: ${why ?? error.message}`
      reject(new SetupError(message, { cause: error }))
    })
    server.listen({ host, port }, resolve)
  })
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program uses that port; stop it, or choose another with --port',
  EACCES: 'this user may not use that port; choose one above 1023 with --port',
  EADDRNOTAVAIL: 'this machine has no such address; choose another with --host',
  ENOTFOUND: 'there is no such host; choose another with --host',
}

async function closing(server: Server, sockets: Iterable<Socket>, graceMs: number): Promise<void> {
  const done = new Promise<void>((resolve) => server.close(() => resolve()))
  // Node counts a connection as idle only once it has brought a request.
  for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
  // A connection that is kept alive would be used again: the answer under way has to be its last.
  server.prependListener('request', (_request, response) => response.setHeader('Connection', 'close'))
  const idle = setInterval(() => server.closeIdleConnections(), 50)
  const cutOff = setTimeout(() => server.closeAllConnections(), graceMs)
  await done
  clearInterval(idle)
  clearTimeout(cutOff)
}

/** Answers what is not even HTTP; there is neither request nor response then. */
function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, line] = malformed[error.code ?? ''] ?? [400, 'Bad Request']
  const body = problemBody(new Problem(status))
  const headers = `Content-Type: application/problem+json\r\nContent-Length: ${body.length}\r\nConnection: close`
  socket.write(`HTTP/1.1 ${status} ${line}\r\n${headers}\r\n\r\n${body}`)
  // Whoever sends nonsense is not waited for to close as well.
  ;(socket as Socket).destroySoon()
}

const malformed: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout'],
}
