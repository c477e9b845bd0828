import { once } from 'node:events'
import { WebSocket } from 'ws'

/** A client of subscribeRepos that keeps the frames until somebody asks for them. */
export class Subscriber {
  readonly socket: WebSocket
  readonly #frames: Uint8Array[] = []
  #arrived = Promise.withResolvers<void>()
  /** The close code, once the connection has ended. */
  closed: number | undefined

  constructor(relay: URL, cursor?: number | string) {
    const url = new URL('/xrpc/com.atproto.sync.subscribeRepos', relay)
    if (cursor !== undefined) url.searchParams.set('cursor', String(cursor))
    this.socket = new WebSocket(url)
    this.socket.on('message', (data: Buffer) => {
      this.#frames.push(new Uint8Array(data))
      this.#wake()
    })
    this.socket.on('error', () => {})
    this.socket.on('close', (code) => {
      this.closed = code
      this.#wake()
    })
  }

  async opened(): Promise<this> {
    await once(this.socket, 'open')
    return this
  }

  /** @returns the next frames; fewer only when the connection ends before. */
  async take(count: number): Promise<Uint8Array[]> {
    while (this.#frames.length < count && this.closed === undefined) await this.#arrived.promise
    return this.#frames.splice(0, count)
  }

  [Symbol.dispose](): void {
    this.socket.terminate()
  }

  #wake(): void {
    this.#arrived.resolve()
    this.#arrived = Promise.withResolvers()
  }
}
