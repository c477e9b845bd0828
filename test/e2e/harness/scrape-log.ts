import {
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type RequestListener,
} from 'node:http'
import type { AddressInfo } from 'node:net'

export interface LoggedScrape {
  readonly asked: IncomingHttpHeaders
  readonly status: number
  readonly answered: OutgoingHttpHeaders
}

/** Serves on a free port under any path what others answer, and keeps the headers of the last scrape of each path. */
export interface ScrapeLog extends AsyncDisposable {
  /** `host:port` */
  readonly address: string
  /** By path. */
  readonly last: ReadonlyMap<string, LoggedScrape>
}

/** @param handlers by the first part of the path. */
export async function logScrapes(handlers: ReadonlyMap<string, RequestListener>): Promise<ScrapeLog> {
  const last = new Map<string, LoggedScrape>()
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    // With one header set, Node keeps those that are written, too.
    response.setHeader('X-Logged', 'yes')
    response.on('finish', () => {
      const { statusCode: status } = response
      last.set(path, { asked: request.headers, status, answered: response.getHeaders() })
    })
    const handler = handlers.get(path.split('/')[1] ?? '')
    if (handler === undefined) response.writeHead(404).end()
    else handler(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    last,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
