import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

export interface TestRelayOptions {
  /** @default any */
  readonly port?: number
  /** Whether it answers pings. @default true */
  readonly autoPong?: boolean
  /** Called for each connection, instead of sending what comes after its cursor. */
  readonly onConnection?: (socket: WebSocket, cursor: string | null, relay: TestRelay) => void
}

/** A relay that sends what a test gives it. */
export class TestRelay implements AsyncDisposable {
  readonly server: WebSocketServer
  readonly #frames: { readonly seq: number; readonly data: Buffer | string }[] = []
  /** The cursor of each connection, in order. */
  readonly cursors: (string | null)[] = []

  private constructor(server: WebSocketServer) {
    this.server = server
  }

  static async start({ port = 0, autoPong = true, onConnection }: TestRelayOptions = {}): Promise<TestRelay> {
    const server = new WebSocketServer({ port, host: '127.0.0.1', autoPong })
    await once(server, 'listening')
    const relay = new TestRelay(server)
    server.on('connection', (socket, request) => {
      const cursor = new URL(request.url ?? '', 'ws://relay').searchParams.get('cursor')
      relay.cursors.push(cursor)
      socket.on('error', () => {})
      if (onConnection) onConnection(socket, cursor, relay)
      else relay.replay(socket, cursor)
    })
    return relay
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${this.port}`)
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  /** Sends a frame to all who are connected, and to those who connect later with a cursor before it. */
  emit(seq: number, data: Buffer | string): void {
    this.#frames.push({ seq, data })
    for (const socket of this.server.clients) socket.send(data)
  }

  /** Sends what comes after the cursor. */
  replay(socket: WebSocket, cursor: string | null): void {
    if (cursor === null) return
    for (const { seq, data } of this.#frames) if (seq > Number(cursor)) socket.send(data)
  }

  /** Cuts all connections. */
  cut(): void {
    for (const socket of this.server.clients) socket.terminate()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.server.close(resolve))
  }
}
