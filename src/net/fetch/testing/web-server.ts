import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Answers requests on loopback, and remembers them. */
export class WebServer implements AsyncDisposable {
  readonly asked: string[] = []
  readonly requests: IncomingMessage[] = []
  readonly url: URL
  readonly #server: ReturnType<typeof createServer>

  static async start(
    answer: (response: ServerResponse, request: IncomingMessage) => void,
  ): Promise<WebServer> {
    const server = createServer({ maxHeaderSize: 1_000_000 }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new WebServer(server, answer)
  }

  private constructor(
    server: ReturnType<typeof createServer>,
    answer: (response: ServerResponse, request: IncomingMessage) => void,
  ) {
    this.#server = server
    this.url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.asked.push(request.url ?? '')
      this.requests.push(request)
      answer(response, request)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}
