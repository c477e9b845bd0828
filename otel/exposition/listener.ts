import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { boundConnections } from '../http/bound-connections.ts'
import { challenge, createGuard } from './access.ts'
import { endpointDefaults, type PrometheusEndpointOptions } from './options.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** The server of an endpoint, which lets in those who may. */
export interface Listener {
  readonly url: string
  /** Answers on a server of somebody else's: asks for credentials, and for no path. */
  readonly guarded: Answer
  start(): Promise<void>
  stop(): Promise<void>
}

/** Makes the server of an endpoint, without starting it. */
export function createListener(options: PrometheusEndpointOptions, answer: Answer): Listener {
  const {
    host = endpointDefaults.host,
    port = endpointDefaults.port,
    endpoint = endpointDefaults.endpoint,
    tls,
    auth,
    limits = {},
  } = options
  const { connections, headerBytes = 8192, idleMs = 30_000 } = limits
  const path = endpoint.replace(/^(?!\/)/, '/')
  const mayEnter = createGuard(auth)

  const guarded: Answer = (request, response) => {
    if (mayEnter(request)) answer(request, response)
    else refuse(response)
  }
  // Credentials come first: who has none does not learn which paths there are.
  const route: Answer = (request, response) => {
    if (!mayEnter(request)) return refuse(response)
    const asked = pathOf(request)
    if (asked === path) answer(request, response)
    else
      plain(
        response,
        asked === undefined ? 400 : 404,
        asked === undefined ? 'Bad request.' : `Metrics are at ${path}.`,
      )
  }
  const refuse = (response: ServerResponse) => {
    if (auth) response.setHeader('WWW-Authenticate', challenge(auth))
    plain(response, 401, 'Credentials are needed.')
  }

  const settings = {
    maxHeaderSize: headerBytes,
    keepAliveTimeout: idleMs,
    headersTimeout: arrivalMs,
    requestTimeout: arrivalMs,
    connectionsCheckingInterval: 1000,
  }
  const server: Server = tls
    ? createTlsServer({ ...tls, ...settings, handshakeTimeout: arrivalMs }, route)
    : createServer(settings, route)
  boundConnections(server, {
    readMs: idleMs,
    requestsAhead,
    ...(connections !== undefined && { connections }),
  })
  // Metrics alone are no reason for a process to stay.
  server.unref()
  let started: Promise<void> | undefined

  return {
    guarded,
    get url() {
      const address = server.address()
      const bound = typeof address === 'object' && address ? address : { address: host, port }
      const authority = bound.address.includes(':') ? `[${bound.address}]` : bound.address
      return `${tls ? 'https' : 'http'}://${authority}:${bound.port}${path}`
    },
    start: () => {
      started ??= listen(server, host, port).catch((error) => {
        started = undefined
        throw error
      })
      return started
    },
    stop: async () => {
      started = undefined
      if (server.listening) await close(server)
    },
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (cause: Error) => {
      reject(new Error(`the scrape endpoint cannot listen on ${host}:${port}: ${cause.message}`, { cause }))
    }
    server.once('error', onError)
    server.listen({ host, port }, () => {
      server.off('error', onError)
      resolve()
    })
  })
}

/** No scraper sends the next request before it has its answer, as far as both sides see that at the same time. */
const requestsAhead = 4

/** How long a request may take to come in: it is a few lines. */
const arrivalMs = 10_000

/** How long answers under way may take once the server is told to stop. */
const farewellMs = 1000

async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  const timer = setTimeout(() => server.closeAllConnections(), farewellMs)
  await closed
  clearTimeout(timer)
}

function pathOf({ url = '/' }: IncomingMessage): string | undefined {
  return URL.parse(url, 'http://localhost')?.pathname
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
}
