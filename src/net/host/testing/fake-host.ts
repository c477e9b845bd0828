import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Answers one request; `params` is its query. What it returns is sent as JSON with status 200. */
export type Route = (
  params: URLSearchParams,
  call: { request: IncomingMessage; response: ServerResponse },
) => unknown

/** Thrown by a route: an answer such as `{"error":"RepoNotFound","message":"…"}`. */
export class Refusal extends Error {
  readonly status: number
  readonly type: string
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, type: string, headers: Readonly<Record<string, string>> = {}) {
    super(`refused with ${type}`)
    this.status = status
    this.type = type
    this.headers = headers
  }
}

/** A host on a port of its own, with what its routes say; what it does not have is answered as a PDS does. */
export class FakeHost implements AsyncDisposable {
  /** By the name of a method, such as `listRepos`. May change while it runs. */
  readonly routes: Map<string, Route>
  /** The method and query of each request so far. */
  readonly requests: string[] = []
  readonly #server = createServer((request, response) => void this.#answer(request, response))

  constructor(routes: Readonly<Record<string, Route>>) {
    this.routes = new Map(Object.entries(routes))
  }

  static async start(routes: Readonly<Record<string, Route>>): Promise<FakeHost> {
    const host = new FakeHost(routes)
    host.#server.listen(0, '127.0.0.1')
    await once(host.#server, 'listening')
    return host
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url)
    const method = url.pathname.replace('/xrpc/com.atproto.sync.', '')
    this.requests.push(`${method}${url.search}`)
    try {
      const route = this.routes.get(method)
      if (route === undefined) throw new Refusal(401, 'AuthMissing')
      const answer = await route(url.searchParams, { request, response })
      if (!response.headersSent)
        response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
    } catch (error) {
      const { status, type, headers, message } =
        error instanceof Refusal ? error : new Refusal(500, 'InternalServerError')
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(JSON.stringify({ error: type, message }))
    }
  }
}

export interface FakeRepo {
  readonly did: string
  readonly rev?: string
  readonly active?: boolean
  readonly status?: string
}

/** A `listRepos` over a list that may change; the cursor is the number of repos before it. */
export function listing(repos: () => readonly FakeRepo[], mostPerPage = 1000): Route {
  return (params) => {
    const at = Number(params.get('cursor') ?? 0)
    if (!Number.isInteger(at)) throw new Refusal(400, 'InvalidRequest')
    const end = at + Math.min(mostPerPage, Number(params.get('limit') ?? 500))
    const all = repos()
    return { repos: all.slice(at, end), ...(end < all.length && { cursor: String(end) }) }
  }
}
